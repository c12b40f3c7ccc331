import { isObject } from '../model/json.ts';
import { Secret } from '../model/secret.ts';
import { base64Redactor } from './redact-base64.ts';
import { formsOf, shortestRedacted } from './secret-forms.ts';

/** From this length on a text's end may be where it was cut. Shorter ones (names, words) are whole. */
const shortestCut = 200;

/** Event members whose inside is somebody else's JSON: there names and numbers may be secret too. Elsewhere they are ours. */
const foreignMembers: ReadonlySet<string> = new Set([
  'params',
  'value',
  'item',
  'before',
  'change',
  'fingerprint',
  'outputs',
]);

/** Replaces every known secret, in the forms it takes on its way through shells, URLs and JSON, by `***`. */
export interface Redactor {
  /** Also a secret's part (4 characters or more) where the text was cut: beside `…`, or at a long text's end. */
  text(text: string): string;
  /** The same at every string, name and number of a JSON-like value; secrets themselves become `***`. */
  value<T>(value: T): T;
}

/** A redactor for these secrets; the one that stands before every sink. */
export function createRedactor(secrets: readonly Secret[]): Redactor {
  const forms = [...new Set(secrets.flatMap((secret) => formsOf(secret.reveal())))].sort((a, b) => b.length - a.length);
  const known = new Set(forms);
  const withoutBase64 = base64Redactor(secrets.map((secret) => secret.reveal()));
  const text = (input: string): string =>
    withoutCutSecrets(
      forms.reduce((result, form) => result.replaceAll(form, '***'), withoutBase64(input)),
      forms,
    );
  const members = (value: object, foreign: boolean, isEvent: boolean): object => {
    const redacted = new Map<string, unknown>();
    for (const [name, member] of Object.entries(value)) {
      // An event's own `change` is a planned change, one of our records.
      const inside = foreign || (foreignMembers.has(name) && !(isEvent && name === 'change'));
      let shown = foreign ? text(name) : name;
      while (redacted.has(shown)) shown += '*';
      redacted.set(shown, walk(member, inside));
    }
    return Object.fromEntries(redacted);
  };
  const walk = (value: unknown, foreign: boolean): unknown => {
    if (typeof value === 'string') return text(value);
    if (typeof value === 'number') return foreign && known.has(String(value)) ? '***' : value;
    if (value instanceof Secret) return '***';
    if (Array.isArray(value)) return value.map((element) => walk(element, foreign));
    return isObject(value) && !('toJSON' in value) ? members(value, foreign, false) : value;
  };
  const whole = (value: unknown): unknown =>
    isObject(value) && 'type' in value && 'seq' in value ? members(value, false, true) : walk(value, true);
  // The walk keeps the shape: strings and secrets become strings, as does a number that is a secret in foreign JSON.
  return { text, value: <T>(value: T): T => (forms.length === 0 && !hasSecret(value) ? value : (whole(value) as T)) };
}

function hasSecret(value: unknown): boolean {
  if (value instanceof Secret) return true;
  if (Array.isArray(value)) return value.some(hasSecret);
  if (!isObject(value)) return false;
  // Every event is looked through: no list of its members is made for that, and nothing is called for what can't be one.
  for (const name in value) {
    const member = value[name];
    if (typeof member === 'object' && hasSecret(member)) return true;
  }
  return false;
}

/** A text that was cut inside a secret still holds its beginning, or its end, which no whole form matches. */
function withoutCutSecrets(text: string, forms: readonly string[]): string {
  if (text.length < shortestCut && !text.includes('…')) return text;
  const pieces = text.split('…');
  return pieces
    .map((piece, at) => {
      const mayBeCut = at < pieces.length - 1 || text.length >= shortestCut;
      const left = mayBeCut ? longestBeginning(piece, forms) : 0;
      const whole = left === 0 ? piece : `${piece.slice(0, -left)}***`;
      const right = at > 0 ? longestEnding(whole, forms) : 0;
      return right === 0 ? whole : `***${whole.slice(right)}`;
    })
    .join('…');
}

/** How many characters at the end of `text` begin one of the forms; 0 when they are too few to tell. */
function longestBeginning(text: string, forms: readonly string[]): number {
  let longest = 0;
  for (const form of forms) {
    for (let length = Math.min(form.length - 1, text.length); length >= shortestRedacted; length -= 1) {
      if (length <= longest) break;
      // Most ends differ in the last character already.
      if (form[length - 1] !== text.at(-1) || !text.endsWith(form.slice(0, length))) continue;
      longest = length;
    }
  }
  return longest;
}

/** The same of its beginning and their ends. */
function longestEnding(text: string, forms: readonly string[]): number {
  let longest = 0;
  for (const form of forms) {
    for (
      let length = Math.min(form.length - 1, text.length);
      length > Math.max(longest, shortestRedacted - 1);
      length -= 1
    )
      if (text.startsWith(form.slice(-length))) longest = length;
  }
  return longest;
}
