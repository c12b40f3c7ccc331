/** A file to begin with. */
export interface NewFile {
  /** Relative to the folder that one is in. */
  readonly path: string;
  readonly text: string;
}

/** What `mendgate new KIND NAME` writes, and the commands to type next. */
export interface Template {
  readonly files: readonly NewFile[];
  readonly next: readonly string[];
}
