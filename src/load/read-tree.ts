import { parseText, soleCel } from '../expr/text.ts';
import { isObject } from '../model/json.ts';
import type { Tree } from '../model/runbook.ts';
import type { Schema } from '../model/schema.ts';
import type { Context } from './context.ts';
import type { Path } from './parse-yaml.ts';
import { readCel, readText } from './read-expression.ts';
import type { Scope } from './scope.ts';
import { memberSchema } from './validate-call-params.ts';

/** JSON in whose strings interpolations may stand: each is checked against the type that belongs at its place. */
export function readTree(context: Context, scope: Scope, raw: unknown, path: Path, schema: Schema): Tree {
  if (typeof raw === 'string') return readLeaf(context, scope, raw, path, schema);
  if (Array.isArray(raw)) {
    return raw.map((element: unknown, index) =>
      readTree(context, scope, element, [...path, index], memberSchema(schema, index) ?? { type: 'any' }),
    );
  }
  if (isObject(raw)) {
    return Object.fromEntries(
      Object.entries(raw).map(([key, member]) => [
        key,
        readTree(context, scope, member, [...path, key], memberSchema(schema, key) ?? { type: 'any' }),
      ]),
    );
  }
  return typeof raw === 'number' || typeof raw === 'boolean' ? raw : null;
}

function readLeaf(context: Context, scope: Scope, raw: string, path: Path, schema: Schema): string {
  const secrets = schema.type === 'string' && schema.secret === true;
  if (!isSole(raw)) return readText(context, scope, raw, path, secrets);
  readCel(context, scope, raw, path, { type: schema, secrets });
  return raw;
}

/** Whether a string is wholly one interpolation, and so yields that value. */
export function isSole(raw: unknown): boolean {
  return typeof raw === 'string' && soleCel(raw) !== undefined;
}

/** Paths below a value at which interpolations stand: what they yield is only known later. */
export function interpolatedPaths(
  raw: unknown,
  path: Path = [],
): readonly { readonly path: Path; readonly sole: boolean }[] {
  if (typeof raw === 'string') {
    return parseText(raw).parts.some((part) => part.kind === 'cel') ? [{ path, sole: isSole(raw) }] : [];
  }
  if (Array.isArray(raw)) return raw.flatMap((element: unknown, index) => interpolatedPaths(element, [...path, index]));
  if (!isObject(raw)) return [];
  return Object.entries(raw).flatMap(([key, member]) => interpolatedPaths(member, [...path, key]));
}
