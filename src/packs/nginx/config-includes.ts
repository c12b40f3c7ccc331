import type { ConfigTree, Directive } from './config-tree.ts';
import { below, fitsOnLine, folderOf } from './path.ts';

/** A directive with the file it stands in, includes already put in place. */
export interface PlacedDirective {
  readonly name: string;
  readonly args: readonly string[];
  readonly file: string;
  readonly line: number;
  readonly block?: readonly PlacedDirective[];
}

/** Directives of `-g`, placed as `-g`. */
export function onCommandLine(tree: ConfigTree): readonly PlacedDirective[] {
  return tree.directives.map(({ name, args, line }) => ({ name, args, file: '-g', line }));
}

/** What was read from the host so far. */
export interface ReadFiles {
  /** By absolute path. */
  readonly trees: ReadonlyMap<string, ConfigTree>;
  /** Absolute include pattern → the paths it matched on the host, in nginx's order. */
  readonly matches: ReadonlyMap<string, readonly string[]>;
}

export interface WholeConfig {
  readonly directives: readonly PlacedDirective[];
  /** Files that take part, main file first. */
  readonly files: readonly string[];
  /** Patterns that take part. */
  readonly patterns: readonly string[];
  /** Patterns and files that are needed but not read yet. */
  readonly wanted: readonly string[];
  /** Includes of one file that is not there: nginx would not start with them. */
  readonly missing: readonly string[];
  /** A limit was met: something is left out. */
  readonly truncated: boolean;
}

/** More is nobody's configuration, but a trap: files that include each other twice grow without bound. */
const maxInclusions = 4000;
const maxDirectives = 200_000;
const maxNesting = 20;

/** Puts every `include` in place, starting at the main file. Relative patterns are below the main file's folder, as in nginx. */
export function followIncludes(mainFile: string, read: ReadFiles): WholeConfig {
  const confFolder = folderOf(mainFile);
  const files = new Set<string>();
  const patterns = new Set<string>();
  const wanted = new Set<string>();
  const missing = new Set<string>();
  let inclusions = 0;
  let count = 0;
  let truncated = false;

  const place = (file: string, directives: readonly Directive[], way: readonly string[]): PlacedDirective[] => {
    const placed: PlacedDirective[] = [];
    for (const { name, args, line, block } of directives) {
      count += 1;
      if (count > maxDirectives) {
        truncated = true;
        break;
      }
      if (name === 'include' && block === undefined && args.length === 1) {
        for (const each of include(args[0] ?? '', way)) placed.push(each);
      } else if (block) placed.push({ name, args, file, line, block: place(file, block, way) });
      else placed.push({ name, args, file, line });
    }
    return placed;
  };

  const include = (argument: string, way: readonly string[]): readonly PlacedDirective[] => {
    const pattern = below(confFolder, argument);
    if (!fitsOnLine(pattern)) return [];
    patterns.add(pattern);
    const matched = read.matches.get(pattern);
    if (matched === undefined) wanted.add(pattern);
    else if (matched.length === 0 && !/[*?[]/.test(pattern)) missing.add(pattern);
    return (matched ?? []).flatMap((file) => contents(file, way));
  };

  const contents = (file: string, way: readonly string[]): readonly PlacedDirective[] => {
    inclusions += 1;
    if (inclusions > maxInclusions || way.length >= maxNesting || way.includes(file)) {
      truncated = true;
      return [];
    }
    const tree = read.trees.get(file);
    files.add(file);
    if (tree) return place(file, tree.directives, [...way, file]);
    wanted.add(file);
    return [];
  };

  const directives = contents(mainFile, []);
  return {
    directives,
    files: [...files],
    patterns: [...patterns],
    wanted: [...wanted],
    missing: [...missing],
    truncated,
  };
}
