import type { Secret } from './secret.ts';

/**
 * The subset of JSON Schema (draft 2020-12) in which params and result shapes are declared. It is small on purpose: it
 * must give TypeScript types, CEL types, the editor's schema and the docs. There are no unions and no null; what may be
 * absent is left out of `required` and reached in CEL only behind `has()`.
 */
export type Schema =
  | StringSchema
  | IntegerSchema
  | NumberSchema
  | BooleanSchema
  | ArraySchema
  | ObjectSchema
  | AnySchema;

interface Described {
  readonly description?: string;
}

/** Text. */
export interface StringSchema extends Described {
  readonly type: 'string';
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly default?: string;
  /** This place may hold a secret. */
  readonly secret?: true;
  /** `duration`: `30s`, `1h30m`, `boot`, `change`; the text is parsed by the probe. */
  readonly format?: 'duration' | 'path';
}

/** A whole number. */
export interface IntegerSchema extends Described {
  readonly type: 'integer';
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: number;
}

/** Any number. */
export interface NumberSchema extends Described {
  readonly type: 'number';
  readonly default?: number;
}

/** Yes or no. */
export interface BooleanSchema extends Described {
  readonly type: 'boolean';
  readonly default?: boolean;
}

/** A list of alike things. */
export interface ArraySchema extends Described {
  readonly type: 'array';
  readonly items: Schema;
  readonly maxItems?: number;
  readonly default?: readonly unknown[];
}

/** Named members, or a map; the params of every probe and action are one. */
export interface ObjectSchema extends Described {
  readonly type: 'object';
  readonly properties: { readonly [name: string]: Schema };
  readonly required?: readonly string[];
  /** Absent or false: no other keys. A schema: a map from any key to such values. */
  readonly additionalProperties?: false | Schema;
  readonly default?: { readonly [key: string]: unknown };
}
/** Any JSON; dynamic in CEL. For declared commands with `parse: json` and the like. */
export interface AnySchema extends Described {
  readonly type: 'any';
  readonly default?: unknown;
}

type Simplify<T> = { [K in keyof T]: T[K] } & {};

/** The TypeScript type that a schema describes. A member with a `default` is always present once filled in. */
export type TypeOf<S> = S extends { readonly type: 'string' }
  ? S extends { readonly enum: readonly (infer E)[] }
    ? E
    : S extends { readonly secret: true }
      ? string | Secret
      : string
  : S extends { readonly type: 'integer' | 'number' }
    ? number
    : S extends { readonly type: 'boolean' }
      ? boolean
      : S extends { readonly type: 'array'; readonly items: infer I }
        ? readonly TypeOf<I>[]
        : S extends { readonly type: 'object'; readonly properties: infer P }
          ? ObjectOf<P, S>
          : unknown;

type RequiredNames<S> = S extends { readonly required: readonly (infer R)[] } ? R : never;
type PresentNames<P, S> = {
  [K in keyof P]: K extends RequiredNames<S> ? K : P[K] extends { readonly default: unknown } ? K : never;
}[keyof P];
type ObjectOf<P, S> = S extends { readonly additionalProperties: infer A }
  ? A extends { readonly type: string }
    ? { readonly [key: string]: TypeOf<A> }
    : Members<P, S>
  : Members<P, S>;
type Members<P, S> = Simplify<
  { readonly [K in PresentNames<P, S>]: TypeOf<P[K]> } & {
    readonly [K in Exclude<keyof P, PresentNames<P, S>>]?: TypeOf<P[K]>;
  }
>;
