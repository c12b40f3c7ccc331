import { base64Forms } from './secret-forms.ts';

/** So many characters in a row that also stand in a secret's base64 are the secret's: 6 bytes, which no other text has by chance. */
const telling = 8;

const runs = /[A-Za-z0-9+/_-]{8,}/g;

/** Base64 is broken into lines, as `base64`, `openssl` and mail do; indented, where it stands in a quotation. */
const brokenRuns = /[A-Za-z0-9+/_-]{16,}(?:\r?\n[ \t]*[A-Za-z0-9+/_-]+)+={0,2}/g;

/**
 * Replaces base64 of a secret, or of any part of it of 8 bytes or more, by `***`: a text may hold one line of it alone, or be cut
 * anywhere.
 */
export function base64Redactor(secrets: readonly string[]): (text: string) => string {
  const known = new Set(secrets.flatMap((secret) => base64Forms(secret).flatMap(piecesOf)));
  if (known.size === 0) return (text) => text;
  return (text) =>
    text
      .replace(brokenRuns, (broken) => (tells(broken.replace(/\s+/g, ''), known) ? '***' : broken))
      .replace(runs, (run) => withoutKnown(run, known));
}

function piecesOf(form: string): readonly string[] {
  return Array.from({ length: Math.max(0, form.length - telling + 1) }, (_, at) => form.slice(at, at + telling));
}

function tells(run: string, known: ReadonlySet<string>): boolean {
  return piecesOf(run).some((piece) => known.has(piece));
}

function withoutKnown(run: string, known: ReadonlySet<string>): string {
  let shown = '';
  let hiddenTo = 0;
  for (let at = 0; at < run.length; at += 1) {
    if (known.has(run.slice(at, at + telling))) {
      if (at >= hiddenTo) shown += '***';
      hiddenTo = at + telling;
    } else if (at >= hiddenTo) shown += run[at] ?? '';
  }
  return shown;
}
