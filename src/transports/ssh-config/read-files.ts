import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { matchesGlob } from '../glob.ts';
import { type Line, splitLine } from './words.ts';

/** Where an option stands: every one of its conditions must hold. */
export interface Directive extends Line {
  /** `Host` and `Match` lines around it, the outermost (of an including file) first. */
  readonly conditions: readonly Line[];
  readonly from: 'user' | 'system';
}

/** A file of ssh_config and whose it is; it need not be there. */
export interface ConfigFile {
  readonly file: string;
  readonly from: 'user' | 'system';
}

const deepest = 16;
const mostLines = 100_000;

/** All options of the files in the order OpenSSH meets them, with what they include. A file that cannot be read says nothing. */
export function readDirectives(files: readonly ConfigFile[], homeDirectory: string): readonly Directive[] {
  const directives: Directive[] = [];

  function read({ file, from }: ConfigFile, outer: readonly Line[], depth: number): void {
    let conditions = outer;
    for (const text of linesOf(file)) {
      const line = splitLine(text);
      if (line === undefined || directives.length > mostLines) continue;
      if (line.keyword === 'host' || line.keyword === 'match') {
        conditions = [...outer, line];
      } else if (line.keyword === 'include') {
        if (depth >= deepest) continue;
        for (const pattern of line.words) {
          for (const found of included(pattern, from, homeDirectory))
            read({ file: found, from }, conditions, depth + 1);
        }
      } else {
        directives.push({ ...line, conditions, from });
      }
    }
  }
  for (const file of files) read(file, [], 0);
  return directives;
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/);
  } catch {
    return [];
  }
}

/** The files that an `Include` names: with `~`, relative to the including one's home, and with wildcards. */
function included(pattern: string, from: ConfigFile['from'], homeDirectory: string): readonly string[] {
  const base = from === 'user' ? join(homeDirectory, '.ssh') : '/etc/ssh';
  const path = pattern.startsWith('~/') ? join(homeDirectory, pattern.slice(2)) : pattern;
  return expand(path.startsWith('/') ? path : join(base, path));
}

function expand(path: string): readonly string[] {
  if (!/[*?]/.test(path)) return [path];
  const name = basename(path);
  return expand(dirname(path)).flatMap((folder) => {
    try {
      return readdirSync(folder)
        .filter((entry) => matchesGlob(name, entry) && (!entry.startsWith('.') || name.startsWith('.')))
        .sort()
        .map((entry) => join(folder, entry));
    } catch {
      return [];
    }
  });
}
