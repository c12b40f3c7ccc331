import type { Secret } from './secret.ts';
import type { Unknown } from './unknown.ts';

/** What a name in scope may hold: JSON, with secrets and unknowns as leaves. Numbers are JavaScript numbers. */
export type Value =
  | string
  | number
  | boolean
  | null
  | Secret
  | Unknown
  | readonly Value[]
  | { readonly [key: string]: Value };
