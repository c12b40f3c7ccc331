import { readFileSync } from 'node:fs';
import { includedFiles } from './included-files.ts';
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

/**
 * All options of the files in the order OpenSSH meets them, with what they include. A file that cannot be read says nothing.
 * An `Include` that only OpenSSH can follow stays as it is, as an option like others: it may say anything.
 */
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
          const found = includedFiles(pattern, from, homeDirectory);
          if (found === undefined) directives.push({ keyword: 'include', words: [pattern], conditions, from });
          for (const one of found ?? []) read({ file: one, from }, conditions, depth + 1);
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
