import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * The files that an `Include` names: with `~/`, relative to the including one's home, and with wildcards. `undefined`: only
 * OpenSSH can tell (another user's home, a variable, a token, an escape, classes like `[[:digit:]]`).
 */
export function includedFiles(
  pattern: string,
  from: 'user' | 'system',
  homeDirectory: string,
): readonly string[] | undefined {
  if (/^~[^/]|[$%\\]/.test(pattern) || hasOddBracket(pattern)) return undefined;
  const base = from === 'user' ? join(homeDirectory, '.ssh') : '/etc/ssh';
  const path = /^~(?:\/|$)/.test(pattern) ? join(homeDirectory, pattern.slice(1)) : pattern;
  return expand(path.startsWith('/') ? path : join(base, path));
}

/** One that belongs to no plain class: `[abc]`, `[0-9]`, `[!a-z]`. */
function hasOddBracket(pattern: string): boolean {
  const rest = pattern.replace(/\[[!^]?((?:\w-\w|[\w.])+)\]/g, (whole, members: string) =>
    [...members.matchAll(/(.)-(.)/g)].every(([, first = '', last = '']) => first <= last) ? '' : whole,
  );
  return /[[\]]/.test(rest);
}

function expand(path: string): readonly string[] {
  if (!/[*?[]/.test(path)) return [path];
  const name = basename(path);
  const fits = expression(name);
  return expand(dirname(path)).flatMap((folder) =>
    namesIn(folder)
      .filter((entry) => fits.test(entry) && (!entry.startsWith('.') || name.startsWith('.')))
      .sort()
      .map((entry) => join(folder, entry)),
  );
}

/** One part of a path, as glob(7) reads it. */
function expression(name: string): RegExp {
  const source = name
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('[!', '[^')
    .replaceAll('[\\^', '[^')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
