import type { Schema } from '../model/schema.ts';

/** Static types of the names in scope. Schema `any` = dynamic. */
export type TypeScope = ReadonlyMap<string, Schema>;

/** A problem inside one CEL source (or one text): offsets in UTF-16 units into it, `end` exclusive. */
export interface ExprProblem {
  readonly code: ProblemCode;
  readonly message: string;
  readonly start: number;
  readonly end: number;
  /** What to write instead. */
  readonly help?: string;
}

export type ProblemCode =
  | 'cel/syntax'
  | 'cel/unknown-name'
  | 'cel/no-such-field'
  | 'cel/type'
  | 'cel/not-boolean'
  | 'cel/not-list'
  | 'cel/secret'
  | 'cel/nesting'
  | 'cel/regex'
  | 'cel/maybe-absent';
