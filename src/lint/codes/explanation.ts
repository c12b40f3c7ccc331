/** What a diagnostic of the check means; rules of lint explain themselves. */
export interface Explanation {
  readonly means: string;
  /** What to do. */
  readonly instead: string;
  /** An example, where words alone leave doubt: how not, and how. */
  readonly not?: string;
  readonly but?: string;
}

/** By code. `*` stands for any area: shapes are checked alike everywhere. */
export type Explanations = { readonly [code: string]: Explanation };
