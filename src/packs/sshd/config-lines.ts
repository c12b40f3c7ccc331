/** One setting in sshd's configuration files, in the order in which sshd reads them. */
export interface ConfigLine {
  /** In lower case. */
  readonly keyword: string;
  readonly value: string;
  readonly file: string;
  readonly line: number;
  /** The criteria of the Match block it stands in; empty outside. */
  readonly match: string;
}

export interface ConfigFiles {
  /** Text by absolute path. */
  readonly texts: ReadonlyMap<string, string>;
  /** Absolute include pattern → the files that it matches, in order. */
  readonly matches: ReadonlyMap<string, readonly string[]>;
}

/** sshd itself stops at 16. */
const maxDepth = 16;
const maxLines = 20_000;

/** All lines with includes put in place; `include` lines stay, too. A Match block ends with the file it stands in. */
export function readConfigLines(main: string, files: ConfigFiles): readonly ConfigLine[] {
  const found: ConfigLine[] = [];
  const read = (file: string, outer: string, depth: number): void => {
    let match = outer;
    for (const [at, text] of (files.texts.get(file) ?? '').split('\n').entries()) {
      const parsed = parseLine(text);
      if (!parsed || found.length >= maxLines) continue;
      const { keyword, value } = parsed;
      if (keyword === 'match') {
        match = value.toLowerCase() === 'all' ? outer : value;
        continue;
      }
      found.push({ keyword, value, file, line: at + 1, match });
      if (keyword !== 'include' || depth >= maxDepth) continue;
      for (const pattern of includePatterns(value)) {
        for (const each of files.matches.get(pattern) ?? []) read(each, match, depth + 1);
      }
    }
  };
  read(main, '', 0);
  return found;
}

/** `Include a "b c"` as absolute patterns; relative ones are below /etc/ssh. */
export function includePatterns(value: string): readonly string[] {
  return [...value.matchAll(/"([^"]*)"|(\S+)/g)]
    .map(([, quoted, bare]) => quoted ?? bare ?? '')
    .filter((pattern) => pattern !== '')
    .map((pattern) => (pattern.startsWith('/') ? pattern : `/etc/ssh/${pattern}`));
}

/** `Keyword value`, `Keyword=value`; comments and empty lines are none. */
export function parseLine(text: string): { readonly keyword: string; readonly value: string } | undefined {
  const [, keyword, value] = /^\s*([A-Za-z][A-Za-z0-9]*)(?:\s*=\s*|\s+)(.*?)\s*$/.exec(text.replace(/\r$/, '')) ?? [];
  if (keyword === undefined || value === undefined) return undefined;
  return { keyword: keyword.toLowerCase(), value: value.replace(/\s+#.*$/, '') };
}
