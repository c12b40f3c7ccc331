import { safeLine } from '../model/safe-text.ts';

/** Makes a text coloured, or leaves it. */
export type Paint = (text: string) => string;

/** No colour. */
export const plain: Paint = (text) => text;

let segmenter: Intl.Segmenter | undefined;
/** Made when the first text needs it: it takes 7 ms. */
function graphemes(): Intl.Segmenter {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return segmenter;
}
const wide =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f1e6}-\u{1f1ff}\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|.\ufe0f)/u;
const invisible = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;

function graphemeWidth(grapheme: string): number {
  if (invisible.test(grapheme)) return 0;
  return wide.test(grapheme) ? 2 : 1;
}

/** Columns that a text without escape sequences takes on a terminal. */
export function width(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let columns = 0;
  for (const { segment } of graphemes().segment(text)) columns += graphemeWidth(segment);
  return columns;
}

/** As much of a long word as fits, and the rest; broken after a comma where there is one near the end. */
function splitWord(text: string, columns: number): readonly [string, string] {
  const [head] = split(text, columns);
  const comma = head.lastIndexOf(',') + 1;
  const at = comma > head.length / 2 ? comma : head.length;
  return [text.slice(0, at), text.slice(at)];
}

/** As much of the text as fits, and the rest. Takes at least one character, so that callers always get on. */
function split(text: string, columns: number): readonly [string, string] {
  let used = 0;
  for (const { segment, index } of graphemes().segment(text)) {
    used += graphemeWidth(segment);
    if (used > columns && index > 0) return [text.slice(0, index), text.slice(index)];
  }
  return [text, ''];
}

/** The text, cut to so many columns with `…` at the end. */
export function truncate(text: string, columns: number): string {
  if (text.length <= columns && width(text) <= columns) return text;
  if (columns >= 2 && /^[ -~]*$/.test(text.slice(0, columns))) return `${text.slice(0, columns - 1)}…`;
  if (columns < 2) return columns < 1 ? '' : '…';
  return `${split(text, columns - 1)[0]}…`;
}

/** The text with spaces after it, up to so many columns. */
export function pad(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - width(text)));
}

/** One line of text as lines of at most so many columns, broken at spaces where there are any. */
export function wrap(text: string, columns: number): readonly string[] {
  if (text.length <= columns && width(text) <= columns) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (width(longer) <= columns) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (width(line) > columns) {
      const [head, tail] = splitWord(line, columns);
      lines.push(head);
      line = tail;
      if (tail === '') break;
    }
  }
  if (line !== '') lines.push(line);
  return lines;
}

/** `prefix` and, beside it, the text wrapped; further lines stand under the first. */
export function hang(
  prefix: string,
  text: string,
  columns: number,
  paint: Paint = plain,
  lead: Paint = plain,
): string[] {
  const indent = width(prefix);
  const room = Math.max(columns - indent, 16);
  return wrap(text, room).map((line, at) => (at === 0 ? lead(prefix) : ' '.repeat(indent)) + paint(line));
}

/** As {@link hang}, for a text that is not yet safe and may have several lines of its own: each is made safe, and stands under the first. */
export function hangText(prefix: string, text: string, columns: number, paint = plain, lead = plain): string[] {
  const [first = '', ...rest] = text.trimEnd().replaceAll('\t', '  ').split(/\r?\n/);
  const indent = ' '.repeat(width(prefix));
  return [
    ...hang(prefix, safeLine(first), columns, paint, lead),
    ...rest.flatMap((line) => (line.trim() === '' ? [''] : hang(indent, safeLine(line), columns, paint))),
  ];
}

/** `1 host`, `2 hosts`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
