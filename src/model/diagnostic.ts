/** A place in an author's file. Lines and columns count from 1, columns in UTF-16 units as editors do; `end` is exclusive. */
export interface SourceRange {
  readonly file: string;
  readonly line: number;
  readonly col: number;
  readonly endLine: number;
  readonly endCol: number;
}

/** An author's error or warning, with everything needed to mend it. All of a document's diagnostics come at once. */
export interface Diagnostic {
  /** Stable and searchable: `yaml/duplicate-key`, `runbook/unknown-key`, `cel/no-such-field`, … */
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly at: SourceRange;
  /** The source line(s) of `at`, without line end. */
  readonly excerpt: string;
  /** What to write instead, or what to do next. */
  readonly help?: string;
}

/** A value as far as it could be made, and everything found wrong on the way. `value` is absent when an error is among them. */
export interface Checked<T> {
  readonly value?: T;
  readonly diagnostics: readonly Diagnostic[];
}
