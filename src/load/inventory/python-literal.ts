import type { Json } from '../../model/json.ts';

/**
 * The value of a Python literal, as Ansible's INI reader types its values: numbers, quoted strings, `True` `False` `None`,
 * lists, tuples, sets and dicts of those. Anything else, `true` and `yes` too, is the text itself.
 */
export function pythonLiteral(text: string): Json {
  const reader = { text: text.replace(/^[ \t]+/, ''), at: 0, depth: 0 };
  try {
    const value = readWhole(reader);
    const rest = reader.text.slice(reader.at);
    return rest === '' || rest.startsWith('#') ? value : text;
  } catch (error) {
    if (error === notLiteral) return text;
    throw error;
  }
}

/** `80, 443` is a tuple without its parentheses. */
function readWhole(reader: Reader): Json {
  const values = [readValue(reader)];
  let commas = 0;
  for (skipSpace(reader); accept(reader, /,/y); skipSpace(reader)) {
    commas++;
    skipSpace(reader);
    if (reader.at < reader.text.length && reader.text[reader.at] !== '#') values.push(readValue(reader));
    else break;
  }
  return commas === 0 ? (values[0] ?? null) : values;
}

interface Reader {
  readonly text: string;
  at: number;
  depth: number;
}
const notLiteral = new Error('not a Python literal');
const maxDepth = 32;

function skipSpace(reader: Reader): void {
  while (/\s/.test(reader.text[reader.at] ?? '')) reader.at++;
}

function accept(reader: Reader, pattern: RegExp): RegExpExecArray | undefined {
  pattern.lastIndex = reader.at;
  const match = pattern.exec(reader.text);
  if (!match) return undefined;
  reader.at += match[0].length;
  return match;
}

function readValue(reader: Reader): Json {
  skipSpace(reader);
  const character = reader.text[reader.at];
  if (character === '[') return readList(reader, ']').values;
  if (character === '(') {
    const { values, commas } = readList(reader, ')');
    return values.length === 1 && commas === 0 ? (values[0] ?? null) : values;
  }
  if (character === '{') return readBraces(reader);
  return readScalar(reader);
}

function readList(reader: Reader, close: string): { values: Json[]; commas: number } {
  if (++reader.depth > maxDepth) throw notLiteral;
  reader.at++;
  const values: Json[] = [];
  let commas = 0;
  for (;;) {
    skipSpace(reader);
    if (reader.text[reader.at] === close) break;
    if (values.length > commas) throw notLiteral;
    values.push(readValue(reader));
    skipSpace(reader);
    if (accept(reader, /,/y)) commas++;
  }
  reader.at++;
  reader.depth--;
  return { values, commas };
}

/** A dict, or a set as a list. Keys and members are scalars, as all else is unhashable or of no use here. */
function readBraces(reader: Reader): Json {
  const start = reader.at++;
  skipSpace(reader);
  if (accept(reader, /\}/y)) return {};
  readScalar(reader);
  skipSpace(reader);
  const isDict = reader.text[reader.at] === ':';
  reader.at = start;
  return isDict ? readDict(reader) : readList(reader, '}').values;
}

function readDict(reader: Reader): Json {
  if (++reader.depth > maxDepth) throw notLiteral;
  reader.at++;
  const entries: [string, Json][] = [];
  for (;;) {
    skipSpace(reader);
    if (accept(reader, /\}/y)) break;
    const key = readScalar(reader);
    skipSpace(reader);
    if (!accept(reader, /:/y)) throw notLiteral;
    entries.push([String(key), readValue(reader)]);
    skipSpace(reader);
    if (!accept(reader, /,/y) && reader.text[reader.at] !== '}') throw notLiteral;
  }
  reader.depth--;
  return Object.fromEntries(entries);
}

function readScalar(reader: Reader): string | number | boolean | null {
  const word = accept(reader, /(?:True|False|None)\b/y)?.[0];
  if (word !== undefined) return word === 'None' ? null : word === 'True';
  return readString(reader) ?? readNumber(reader);
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
};

/** Adjacent strings are one, as in Python. */
function readString(reader: Reader): string | undefined {
  let whole: string | undefined;
  for (;;) {
    const match = accept(reader, /([rRuU]?)('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")/y);
    if (!match) return whole;
    const body = (match[2] ?? '').slice(1, -1);
    whole = (whole ?? '') + (/r/i.test(match[1] ?? '') ? body : unescaped(body));
    skipSpace(reader);
  }
}

function unescaped(body: string): string {
  return body.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))/g,
    (all, x?: string, u?: string, single?: string) => {
      const hex = x ?? u;
      return hex === undefined ? (escapes[single ?? ''] ?? all) : String.fromCharCode(Number.parseInt(hex, 16));
    },
  );
}

function readNumber(reader: Reader): number {
  const match = accept(
    reader,
    /([+-]?)\s*(0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|(?:(?:\d+(?:_\d+)*)?\.\d+|\d+(?:_\d+)*\.?)(?:[eE][+-]?\d+)?)(?![\w.])/y,
  );
  const digits = (match?.[2] ?? '').replaceAll('_', '');
  if (digits === '' || /^0\d*[1-9]\d*$/.test(digits)) throw notLiteral;
  const value = Number(digits);
  // Longer integers would lose digits: they stay text.
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value) && !/[.eE]/.test(digits)))
    throw notLiteral;
  return match?.[1] === '-' ? -value : value;
}
