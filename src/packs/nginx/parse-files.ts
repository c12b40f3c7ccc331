import { type ConfigTree, parseConfig } from './config-tree.ts';

export interface FileStat {
  readonly path: string;
  /** Epoch seconds of the last change of its content. */
  readonly modified: number;
  /** Epoch seconds of the last change of anything about it; cannot be set back by copying or unpacking. */
  readonly changed: number;
  readonly size: number;
  /** Times have a fraction: the host's `stat` gives them exactly. */
  readonly exact: boolean;
}

/** What one run of `filesScript` gave. */
export interface FilesAnswer {
  readonly trees: ReadonlyMap<string, ConfigTree>;
  readonly matches: ReadonlyMap<string, readonly string[]>;
  readonly stats: ReadonlyMap<string, FileStat>;
  /** Folder of an include pattern → when its list of names last changed, epoch seconds. */
  readonly folders: ReadonlyMap<string, number>;
  /** Files and folders that are there and cannot be read. */
  readonly unreadable: readonly string[];
  readonly truncated: boolean;
}

/** Reads the output of `filesScript`; content lines begin with `|`, so no file can pose as another line. */
export function parseFiles(output: string): FilesAnswer {
  const texts = new Map<string, string[]>();
  const matches = new Map<string, string[]>();
  const stats = new Map<string, FileStat>();
  const folders = new Map<string, number>();
  const unreadable = new Set<string>();
  let truncated = false;
  let text: string[] | undefined;
  let matched: string[] | undefined;
  for (const line of output.split('\n')) {
    const rest = line.slice(2);
    if (line.startsWith('|')) {
      text?.push(line.slice(1));
      continue;
    }
    switch (line.slice(0, 2)) {
      case 'G ':
        matched = [];
        matches.set(rest, matched);
        break;
      case 'M ':
        matched?.push(rest);
        break;
      case 'F ':
        text = [];
        texts.set(rest, text);
        break;
      case 'S ': {
        const stat = readStat(rest);
        if (stat) stats.set(stat.path, stat);
        break;
      }
      case 'D ': {
        const [, time, path] = /^(\d+(?:\.\d+)?) (\/.*)$/.exec(rest) ?? [];
        if (time !== undefined && path !== undefined) folders.set(path, Number(time));
        break;
      }
      case 'R ':
        unreadable.add(rest);
        break;
      case 'O':
        truncated = true;
        break;
    }
  }
  const trees = new Map([...texts].map(([path, lines]) => [path, parseConfig(lines.join('\n'))]));
  for (const [path, stat] of stats) {
    if (trees.has(path)) continue;
    if (stat.size === 0) trees.set(path, { directives: [], faults: [] });
    else if (!truncated) unreadable.add(path);
  }
  return { trees, matches, stats, folders, unreadable: [...unreadable], truncated };
}

/** `MTIME CTIME SIZE path`; whole seconds where the host's `stat` knows no fractions (BusyBox). */
export function readStat(text: string): FileStat | undefined {
  const found = /^(\d+(?:\.\d+)?) (\d+(?:\.\d+)?) (\d+) (\/.*)$/.exec(text);
  if (!found) return undefined;
  const [, modified, changed = '', size, path = ''] = found;
  return {
    path,
    modified: Number(modified),
    changed: Number(changed),
    size: Number(size),
    exact: changed.includes('.'),
  };
}
