import type { Secret } from './secret.ts';

/** Any JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json };

/**
 * `T` when every part of it is JSON, else `never`. Used as a bound where `extends Json` would reject interfaces,
 * which have no index signature. A secret may stand as a leaf; it is written as `***`.
 */
export type JsonOf<T> = T extends string | number | boolean | null | Secret
  ? T
  : T extends (...args: never[]) => unknown
    ? never
    : T extends object
      ? { [K in keyof T]: undefined extends T[K] ? JsonOf<Exclude<T[K], undefined>> | undefined : JsonOf<T[K]> }
      : never;

/**
 * One text for one value: object keys sorted, no white space, `undefined` members left out.
 * Two values are the same item, state or change exactly when their canonical texts are equal.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (part === null || typeof part !== 'object' || Array.isArray(part)) return part;
    const entries = Object.entries(part).filter(([, member]) => member !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return Object.fromEntries(entries);
  });
}

/** Whether a value is a plain object: neither null nor a list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
