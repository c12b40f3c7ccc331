/** What a person sees on a terminal, scrolled-out lines included: of the escapes only those that mendgate uses. */
export function screenOf(raw: string): readonly string[] {
  const lines = [''];
  let row = 0;
  let column = 0;
  for (const [part] of raw.matchAll(/\x1b\[[\d;?]*[A-Za-z]|\n|\r|[^\x1b\n\r]+/g)) {
    const [, count = '', command = part] = /^\x1b\[([\d;?]*)([A-Za-z])$/.exec(part) ?? [];
    const line = lines[row] ?? '';
    if (command === '\n') row += 1;
    else if (command === '\r') column = 0;
    else if (command === 'A') row = Math.max(0, row - Number(count || 1));
    else if (command === 'G') column = Number(count || 1) - 1;
    else if (command === 'K') lines[row] = line.slice(0, column);
    else if (command === 'J') {
      lines.length = row + 1;
      lines[row] = line.slice(0, column);
    } else if (!part.startsWith('\x1b')) {
      lines[row] = line.slice(0, column).padEnd(column) + part + line.slice(column + part.length);
      column += part.length;
    }
    lines[row] ??= '';
  }
  return lines.map((line) => line.trimEnd());
}

/** With what differs from one time to the next left out or made equal: how long it took, dates, ids of runs. */
export function alike(line: string): string {
  return line
    .trimEnd()
    .replaceAll(/\b\d{4}-\d{2}-\d{2}T\d{6}-[0-9a-f]{6}\b/g, 'RUN')
    .replaceAll(/ \((?:\d+m)?\d+(?:\.\d+)?m?s\)/g, '')
    .replaceAll(/; (?:\d+m)?\d+(?:\.\d+)?m?s$/g, '; TIME')
    .replaceAll(/\b\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/g, 'DATE');
}

/** Whether a page's lines are those of the screen: all of them, but where `…` stands alone. */
export function isShown(shown: readonly string[], screen: readonly string[]): boolean {
  const [first, ...rest] = shown;
  if (first === undefined) return screen.length === 0;
  if (first.trim() === '…') return screen.some((_, from) => isShown(rest, screen.slice(from))) || isShown(rest, []);
  const [line, ...others] = screen;
  return line !== undefined && alike(line) === alike(first) && isShown(rest, others);
}
