import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';

/** One file of a pack. */
export interface PackFile {
  /** Absolute. */
  readonly file: string;
  readonly text: string;
}

const mostFiles = 500;

/**
 * A module and all that it imports by a relative path, itself first. The imports are found by their looks: enough to tell
 * whether a pack has changed, and to say where it is broken.
 */
export function filesOfModule(file: string): readonly PackFile[] {
  const found = new Map<string, PackFile>();
  const open = [file];
  for (let next = open.shift(); next !== undefined && found.size < mostFiles; next = open.shift()) {
    if (found.has(next)) continue;
    const text = readText(next);
    if (text === undefined) continue;
    found.set(next, { file: next, text });
    const imports = text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"](\.{1,2}\/[^'"\n]+)['"]/g);
    for (const [, path = ''] of imports) open.push(resolve(dirname(next), path));
  }
  return [...found.values()];
}

/** Hex SHA-256 over a program's bytes. Whatever it loads in turn is not looked at. */
export function hashProgram(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

/** Hex SHA-256 over files and how they lie to the first of them. */
export function hashFiles(files: readonly PackFile[]): string {
  const base = dirname(files[0]?.file ?? '');
  const hash = createHash('sha256');
  for (const { file, text } of files) hash.update(JSON.stringify([relative(base, file), text]));
  return hash.digest('hex');
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
