import { isObject } from './json.ts';

/**
 * A value nobody may print. It has no readable members: `JSON.stringify`, string conversion and `console.log` all give
 * `***`. Only `shell/` (to write it to a host's stdin), `transports/` (to authenticate) and the redactor call {@link reveal}.
 */
export class Secret {
  readonly #value: string;
  /** Where it was read, in words that may be kept: `prompt`, `env:NAME`, `file:/PATH`. Absent: nobody said. */
  readonly from?: string;

  constructor(value: string, from?: string) {
    this.#value = value;
    if (from !== undefined) this.from = from;
  }

  /** The clear text. Every caller is a place to review. */
  reveal(): string {
    return this.#value;
  }

  toJSON(): string {
    return '***';
  }

  toString(): string {
    return '***';
  }
}

/** Shorter secrets are not redacted: they would blank out ordinary text. */
export const shortestRedacted = 4;

/** All secrets inside a value. */
export function secretsIn(value: unknown): readonly Secret[] {
  if (value instanceof Secret) return [value];
  if (Array.isArray(value)) return value.flatMap(secretsIn);
  return isObject(value) ? Object.values(value).flatMap(secretsIn) : [];
}
