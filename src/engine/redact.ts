import { isObject } from '../model/json.ts';
import { Secret } from '../model/secret.ts';

/** Shorter secrets would blank out ordinary text. */
const shortestRedacted = 4;

/** Replaces every known secret, in the forms it takes on its way through shells, URLs and JSON, by `***`. */
export interface Redactor {
  text(text: string): string;
  /** The same at every string of a JSON-like value; secrets themselves become `***`. */
  value<T>(value: T): T;
}

/** A redactor for these secrets; the one that stands before every sink. */
export function createRedactor(secrets: readonly Secret[]): Redactor {
  const forms = [...new Set(secrets.flatMap((secret) => formsOf(secret.reveal())))].sort((a, b) => b.length - a.length);
  const text = (input: string): string => forms.reduce((result, form) => result.replaceAll(form, '***'), input);
  const walk = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value);
    if (value instanceof Secret) return '***';
    if (Array.isArray(value)) return value.map(walk);
    if (isObject(value) && !('toJSON' in value)) {
      return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, walk(member)]));
    }
    return value;
  };
  // The walk keeps the shape: only strings and secrets are replaced, by strings.
  return { text, value: <T>(value: T): T => (forms.length === 0 && !hasSecret(value) ? value : (walk(value) as T)) };
}

function hasSecret(value: unknown): boolean {
  if (value instanceof Secret) return true;
  if (Array.isArray(value)) return value.some(hasSecret);
  return isObject(value) && Object.values(value).some(hasSecret);
}

function formsOf(secret: string): readonly string[] {
  const lines = secret.split('\n').filter((line) => line !== secret);
  return [secret, ...lines].flatMap((clear) =>
    clear.length < shortestRedacted
      ? []
      : [
          clear,
          clear.replaceAll("'", "'\\''"),
          JSON.stringify(clear).slice(1, -1),
          encodeURIComponent(clear),
          Buffer.from(clear).toString('base64'),
          Buffer.from(clear).toString('base64url'),
        ],
  );
}

/** All secrets inside a value. */
export function secretsIn(value: unknown): readonly Secret[] {
  if (value instanceof Secret) return [value];
  if (Array.isArray(value)) return value.flatMap(secretsIn);
  return isObject(value) ? Object.values(value).flatMap(secretsIn) : [];
}
