/** One line of `df -P`. Units are those that were asked for. */
export interface DfLine {
  readonly source: string;
  readonly total: number;
  readonly used: number;
  /** 0 when users have overdrawn what is reserved for root. */
  readonly available: number;
  readonly mount: string;
}

/** Reads `df -P PATH` (or `df -Pi PATH`): its one line after the heading. Absent when it is not that. */
export function parseDf(output: string): DfLine | undefined {
  const match = /^[^\n]*\n(.+?) +(\d{1,15}|-) +(\d{1,15}|-) +(-?\d{1,15}|-) +(?:\d{1,3}%|-) (\/[^\n]*)\n?$/.exec(
    output,
  );
  if (match === null) return undefined;
  const [, source = '', total = '', used = '', available = '', mount = ''] = match;
  return { source, total: count(total), used: count(used), available: Math.max(0, count(available)), mount };
}

function count(text: string): number {
  return text === '-' ? 0 : Number(text);
}

/** Type and writability of what is mounted there, by /proc/self/mounts; the last mount covers earlier ones. */
export function fileSystemOf(
  mounts: string,
  mount: string,
): { readonly type: string; readonly readOnly: boolean } | undefined {
  const found = mounts
    .split('\n')
    .map((line) => line.split(' '))
    .findLast(([, where = '']) => unescaped(where) === mount);
  if (found === undefined) return undefined;
  const [, , type = '', options = ''] = found;
  return { type, readOnly: options.split(',').includes('ro') };
}

/** The kernel writes blank, tab, line end and backslash as three octal digits. */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
