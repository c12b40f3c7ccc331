type Lines = readonly string[];

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
  if (wanted.state === 'absent') {
    const rest = lines.filter((line) => !isMeant(line, wanted));
    return rest.length === lines.length ? text : join(rest);
  }
  if (lines.includes(wanted.line)) return text;
  const place = wanted.starts_with === undefined ? -1 : lines.findIndex((line) => isMeant(line, wanted));
  return join(place < 0 ? [...lines, wanted.line] : lines.with(place, wanted.line));
}

/**
 * The text `now` with the edit of `before` taken back, and all other lines as they are now; `now` itself where it is taken back
 * already. `undefined`: its own lines were changed since, or their place cannot be told any more.
 */
export function takeEditBack(before: string, now: string, wanted: WantedLine): string | undefined {
  if (now === editLine(before, wanted)) return before;
  if (now === before) return now;
  const [old, lines] = [splitLines(before), splitLines(now)];
  const back = wanted.state === 'absent' ? putLinesBack(old, lines, wanted) : takeLineBack(old, lines, wanted);
  if (back === undefined) return undefined;
  if (back === lines) return now;
  return now.endsWith('\n') ? join(back) : back.join('\n');
}

/** `now` itself: it is as before already. */
function takeLineBack(before: Lines, now: Lines, wanted: WantedLine): Lines | undefined {
  const { line, starts_with } = wanted;
  const replaced = starts_with === undefined ? undefined : before.find((each) => each.startsWith(starts_with));
  const at = now.indexOf(line);
  const isBack = replaced === undefined ? !now.some((each) => isMeant(each, wanted)) : now.includes(replaced);
  if (at < 0) return isBack ? now : undefined;
  if (now.lastIndexOf(line) !== at || (replaced !== undefined && isBack)) return undefined;
  return now.flatMap((each, index) => (index === at ? (replaced ?? []) : each));
}

/** Each run of lines that went goes back between the two lines between which it stood, where they stand together once. */
function putLinesBack(before: Lines, now: Lines, wanted: WantedLine): Lines | undefined {
  const gone = before.filter((line) => isMeant(line, wanted));
  const there = now.filter((line) => isMeant(line, wanted));
  if (there.length > 0) return there.join('\n') === gone.join('\n') ? now : undefined;
  const inserted = new Map<number, Lines>();
  for (const [index, line] of before.entries()) {
    if (!isMeant(line, wanted) || (index > 0 && isMeant(before[index - 1] ?? '', wanted))) continue;
    const rest = before.slice(index);
    const length = rest.findIndex((each) => !isMeant(each, wanted));
    const run = length < 0 ? rest : rest.slice(0, length);
    const [above, below] = [before[index - 1], before[index + run.length]];
    const places = Array.from({ length: now.length + 1 }, (_, place) => place).filter(
      (place) => now[place - 1] === above && now[place] === below,
    );
    const [place] = places;
    if (place === undefined || places.length > 1 || inserted.has(place)) return undefined;
    inserted.set(place, run);
  }
  return [...now, undefined].flatMap((line, index) => [
    ...(inserted.get(index) ?? []),
    ...(line === undefined ? [] : [line]),
  ]);
}

function isMeant(line: string, { line: whole, starts_with }: WantedLine): boolean {
  return starts_with === undefined ? line === whole : line.startsWith(starts_with);
}

function splitLines(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

function join(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}
