const blockSize = 512;

export interface Tree {
  readonly bytes: number;
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly mtime: number }[];
  readonly directories: readonly { readonly path: string; readonly bytes: number; readonly entries: number }[];
  readonly crowded: readonly { readonly path: string; readonly entries: number; readonly bytes: number }[];
}

/** Reads the lines of `disk.largest`: a kind, two numbers, a path to the line's end. Absent without the sum of all. */
export function parseTree(output: string): Tree | undefined {
  const lines = output.split('\n').flatMap((line) => {
    const match = /^([AFDE]) (\d{1,15}) (\d{1,15}) (\/.*)$/.exec(line);
    return match === null
      ? []
      : [{ kind: match[1], one: Number(match[2]), other: Number(match[3]), path: match[4] ?? '' }];
  });
  const all = lines.find(({ kind }) => kind === 'A');
  if (all === undefined) return undefined;
  const of = (wanted: string) => lines.filter(({ kind }) => kind === wanted);
  return {
    bytes: all.one * blockSize,
    files: of('F').map(({ one, other, path }) => ({ path, bytes: one * blockSize, mtime: other })),
    directories: of('D').map(({ one, other, path }) => ({ path, bytes: one * blockSize, entries: other })),
    crowded: of('E').map(({ one, other, path }) => ({ path, entries: one, bytes: other * blockSize })),
  };
}
