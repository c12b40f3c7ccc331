import type { SourceRange } from './diagnostic.ts';

/** An author's document as plain data, and where each part of it stands. Paths are keys and indexes from its root. */
export interface AuthoredDocument {
  readonly source: { readonly file: string; readonly text: string };
  readonly value: unknown;
  /** Range of the value (or of the key) at a path; of the nearest parent that exists. */
  rangeOf(path: readonly (string | number)[], part?: 'key' | 'value'): SourceRange;
  /** Range of the offsets `start` to `end` inside the string at a path. */
  rangeInside(path: readonly (string | number)[], start: number, end: number): SourceRange;
}
