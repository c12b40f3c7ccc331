import type { Scalar } from 'yaml';

/** Longer scalars are located as a whole. */
const longest = 100_000;

const located = new WeakMap<Scalar.Parsed, readonly number[] | undefined>();

/** {@link alignScalar}, done once for each scalar. */
export function locateInScalar(text: string, node: Scalar.Parsed): readonly number[] | undefined {
  if (!located.has(node)) located.set(node, alignScalar(text, node));
  return located.get(node);
}

/**
 * For each UTF-16 unit of a scalar's value the offset in the file that it comes from, and one more for its end.
 * `undefined` when value and source cannot be aligned: then the node's own place must do.
 */
function alignScalar(text: string, node: Scalar.Parsed): readonly number[] | undefined {
  if (typeof node.value !== 'string' || node.value.length > longest) return undefined;
  const [start, end] = node.range;
  // An empty value is nowhere inside its quotes: it is the scalar itself.
  if (node.value === '') return [start];
  const raw = text.slice(start, end);
  if (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED') {
    const body = raw.indexOf('\n') + 1;
    return alignBlock(node.value, splitLines(raw.slice(body), start + body));
  }
  const quote = node.type === 'QUOTE_DOUBLE' ? '"' : node.type === 'QUOTE_SINGLE' ? "'" : '';
  const inner = quote === '' ? raw : raw.slice(1, -1);
  return alignLines(node.value, flowLines(inner, start + quote.length, quote));
}

/** One source line as it appears in the value: its decoded text and the offset of each unit. */
interface Piece {
  readonly text: string;
  readonly offsets: readonly number[];
}

/** Folding only ever puts spaces and line feeds between lines: each line is looked for after the one before. */
function alignLines(value: string, pieces: readonly Piece[]): readonly number[] | undefined {
  const offsets: number[] = [];
  for (const piece of pieces) {
    if (piece.text === '') continue;
    while (!value.startsWith(piece.text, offsets.length)) {
      const gap = value[offsets.length];
      if (gap !== ' ' && gap !== '\n') return undefined;
      offsets.push(piece.offsets[0] ?? 0);
    }
    for (const offset of piece.offsets) offsets.push(offset);
  }
  const last = offsets.at(-1) ?? 0;
  while (offsets.length <= value.length) offsets.push(last + 1);
  return offsets;
}

/** With an indentation indicator (`|2`) part of the leading spaces is text: the deepest indentation that fits is right. */
function alignBlock(value: string, lines: readonly SourceLine[]): readonly number[] | undefined {
  const indents = lines.filter(({ text }) => /[^ ]/.test(text)).map(({ text }) => /^ */.exec(text)?.[0].length ?? 0);
  for (let indent = Math.min(...indents, 256); indent >= 0; indent -= 1) {
    const pieces = lines.map(({ text, start }) => verbatim(text.slice(indent), start + Math.min(indent, text.length)));
    const offsets = alignLines(value, pieces);
    if (offsets !== undefined) return offsets;
  }
  return undefined;
}

interface SourceLine {
  readonly text: string;
  readonly start: number;
}

function flowLines(inner: string, start: number, quote: string): readonly Piece[] {
  const lines = splitLines(inner, start);
  return lines.map(({ text, start: at }, number) => {
    const left = number === 0 ? 0 : text.length - text.trimStart().length;
    const trimmed = number === lines.length - 1 ? text.slice(left) : text.slice(left).trimEnd();
    if (quote === '"') return unescapeDouble(trimmed, at + left);
    if (quote === "'") return unescapeSingle(trimmed, at + left);
    return verbatim(trimmed, at + left);
  });
}

function splitLines(text: string, start: number): readonly SourceLine[] {
  let at = start;
  return text.split('\n').map((line) => {
    const entry = { text: line.replace(/\r$/, ''), start: at };
    at += line.length + 1;
    return entry;
  });
}

function verbatim(text: string, start: number): Piece {
  return { text, offsets: Array.from({ length: text.length }, (_, at) => start + at) };
}

function unescapeSingle(text: string, start: number): Piece {
  let decoded = '';
  const offsets: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    decoded += text[at];
    offsets.push(start + at);
    if (text[at] === "'" && text[at + 1] === "'") at += 1;
  }
  return { text: decoded, offsets };
}

const simpleEscapes: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  N: '\u0085',
  _: '\u00a0',
  L: '\u2028',
  P: '\u2029',
  ' ': ' ',
  '"': '"',
  '/': '/',
  '\\': '\\',
  '\t': '\t',
};
const hexLengths: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

function unescapeDouble(text: string, start: number): Piece {
  let decoded = '';
  const offsets: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const from = start + at;
    let part = text[at] ?? '';
    if (part === '\\') {
      at += 1;
      const kind = text[at] ?? '';
      const digits = hexLengths[kind] ?? 0;
      part = digits > 0 ? fromHex(text.slice(at + 1, at + 1 + digits)) : (simpleEscapes[kind] ?? '');
      at += digits;
    }
    decoded += part;
    for (let unit = 0; unit < part.length; unit += 1) offsets.push(from);
  }
  return { text: decoded, offsets };
}

function fromHex(digits: string): string {
  const code = Number.parseInt(digits, 16);
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}
