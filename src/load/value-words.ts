import type { JsonSchema } from './json-schema.ts';

/** JSON Schema's types in an author's words. */
export const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: '`true` or `false`',
  array: 'a list',
  object: 'a mapping',
};
const booleanWords: Readonly<Record<string, string>> = {
  on: 'true',
  yes: 'true',
  y: 'true',
  true: 'true',
  off: 'false',
  no: 'false',
  n: 'false',
  false: 'false',
};

/** `true` or `false` for a word that means it in other languages, where a boolean may stand. */
export function meantBoolean(schema: JsonSchema, value: unknown): string | undefined {
  const word = typeof value === 'string' ? value.toLowerCase() : '';
  const fits = [schema['type']].flat().includes('boolean');
  return fits && Object.hasOwn(booleanWords, word) ? booleanWords[word] : undefined;
}

/** A value in a few words: `the text "on"`, `the number 5`, `a list`. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string')
    return `the text ${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)}`;
  if (typeof value === 'number') return `the number ${value}`;
  return typeof value === 'boolean' ? `\`${value}\`` : 'a mapping';
}

/** The range a number must lie in. */
export function rangeText(schema: JsonSchema): string {
  const { minimum, maximum } = schema as { minimum?: number; maximum?: number };
  if (minimum === undefined) return `at most ${maximum}`;
  return maximum === undefined ? `at least ${minimum}` : `${minimum} to ${maximum}`;
}
