/** Which line of a file shall be there, or shall not. */
export interface WantedLine {
  readonly line: string;
  /** The line that it replaces (or that goes) starts with this. */
  readonly starts_with?: string;
  readonly state: 'present' | 'absent';
}

/** How many lines of a text start with it. */
export function countStarting(text: string, start: string): number {
  return splitLines(text).filter((line) => line.startsWith(start)).length;
}

/**
 * The text with that line in it (replacing the one that starts so, else at the end), or without it. Everything else stays,
 * but a last line without a line end gets one when another follows.
 */
export function editLine(text: string, wanted: WantedLine): string {
  const lines = splitLines(text);
  const isIt = (line: string): boolean =>
    wanted.starts_with === undefined ? line === wanted.line : line.startsWith(wanted.starts_with);
  if (wanted.state === 'absent') {
    const rest = lines.filter((line) => !isIt(line));
    return rest.length === lines.length ? text : join(rest);
  }
  if (lines.includes(wanted.line)) return text;
  const place = wanted.starts_with === undefined ? -1 : lines.findIndex(isIt);
  return join(place < 0 ? [...lines, wanted.line] : lines.with(place, wanted.line));
}

function splitLines(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

function join(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}
