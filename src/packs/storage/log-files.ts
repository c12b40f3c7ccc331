export interface LogFile {
  readonly path: string;
  readonly bytes: number;
  readonly mtime: number;
  readonly rotated: boolean;
  readonly compressed: boolean;
  readonly open: boolean;
  readonly packable: boolean;
}

/** Reads the answer of `log.files`; absent when its end is missing. journald keeps its own files, and its own limit. */
export function parseLogFiles(stdout: string): readonly LogFile[] | undefined {
  const lines = stdout.split('\n');
  if (lines.at(-2) !== 'END') return undefined;
  const open = new Set(lines.filter((line) => /^O \d+ \d+$/.test(line)).map((line) => line.slice(2)));
  return lines.flatMap((line): readonly LogFile[] => {
    const match = /^L (\d+ \d+) (\d{1,15}) (\d{1,9}) (\d{1,15}) (\/.*)$/.exec(line);
    if (match === null) return [];
    const [, id = '', blocks, links, mtime, path = ''] = match;
    if (/\.journal~?$/.test(path)) return [];
    const [rotated, compressed, isOpen] = [isRotated(path), isCompressed(path), open.has(id)];
    const packable = rotated && !compressed && !isOpen && links === '1';
    return [{ path, bytes: Number(blocks) * 512, mtime: Number(mtime), rotated, compressed, open: isOpen, packable }];
  });
}

const suffix = /\.(?:gz|bz2|xz|zst|lz4|Z|zip|tgz)$/;

export function isCompressed(path: string): boolean {
  return suffix.test(path);
}

/**
 * A generation as logrotate names it: `app.log.1`, or with `dateext` `app.log-20261121`, `app-20261121.log`,
 * `messages-20261121-1700000000`. Names of other makers (`app.2026-11-21.log`) may still be written to or
 * counted by that program, so they are not among them.
 */
export function isRotated(path: string): boolean {
  const name = (path.split('/').at(-1) ?? '').replace(suffix, '');
  return /^.+\.\d{1,3}$/.test(name) || /^.+-(?:19|20)\d{6}(?:-\d{1,10})?(?:\.[A-Za-z]+)?$/.test(name);
}
