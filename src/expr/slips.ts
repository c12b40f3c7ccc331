import type { ExprProblem } from './types.ts';

interface Range {
  readonly start: number;
  readonly end: number;
}

/** What an operator types out of another language's habit, and its CEL. */
const words: Readonly<Record<string, string>> = {
  and: 'CEL writes `&&`',
  or: 'CEL writes `||`',
  not: 'CEL writes `!`',
  is: '`x is defined` is `known(x)` for a probe, `has(x.field)` for a field that may be absent',
  if: 'CEL writes `condition ? a : b`',
  else: 'CEL writes `condition ? a : b`',
  '=': 'CEL compares with `==`',
  '&': 'CEL writes `&&`',
  '|': 'CEL writes `||`; there are no filters: call a function, `size(x)`',
  '~': 'CEL joins strings with `+`',
  '`': 'strings stand in "…" or \'…\'',
  $: `\`\${{ }}\` stands only inside longer text; here the CEL stands bare`,
};

/** Words that parse as names but are another language's literals. */
const literals: Readonly<Record<string, string>> = {
  True: 'CEL writes `true`',
  TRUE: 'CEL writes `true`',
  yes: 'CEL writes `true`',
  on: 'CEL writes `true`',
  False: 'CEL writes `false`',
  FALSE: 'CEL writes `false`',
  no: 'CEL writes `false`',
  off: 'CEL writes `false`',
  None: 'there is no null: ask `has(x.field)`, or `known(x)` for a probe',
  undefined: 'there is no undefined: ask `has(x.field)`, or `known(x)` for a probe',
  length: 'CEL writes `size(x)`',
  len: 'CEL writes `size(x)`',
  int64: 'CEL writes `int(x)`',
  str: 'CEL writes `string(x)`',
  defined: 'CEL writes `known(x)` for a probe, `has(x.field)` for a field',
};

/** Help for a name that is no name of ours but means something elsewhere. */
export function slipHelp(name: string): string | undefined {
  return Object.hasOwn(literals, name) ? literals[name] : Object.hasOwn(words, name) ? words[name] : undefined;
}

const messages: Readonly<Record<string, string>> = {
  unterminated_string: 'this string has no closing quote',
  unterminated_triple_quoted_string: 'this string has no closing quotes',
  newline_in_string: 'a string cannot span lines',
  reserved_identifier: 'this word is reserved in CEL and cannot be a name',
  invalid_escape_sequence: 'no such escape in a string; a backslash itself is `\\\\`',
  invalid_macro_argument: 'the first argument must be a plain name, which then stands for each element',
  invalid_number: 'this number is too large',
  invalid_hex_integer: 'a hexadecimal number needs digits',
};

/** A parse error in our words, at exactly the word or sign that is wrong. */
export function syntaxProblem(source: string, code: string, at: Range | undefined): ExprProblem {
  if (source.trim() === '')
    return { code: 'cel/syntax', message: 'the expression is empty', start: 0, end: source.length };
  const range = wholeWord(source, at ?? { start: 0, end: source.length });
  const found = source.slice(range.start, range.end);
  const message =
    messages[code] ?? (at && at.start >= source.length ? 'the expression ends too early' : unexpected(code, found));
  const help = helpFor(source, range, found);
  return { code: 'cel/syntax', message, ...range, ...(help === undefined ? {} : { help }) };
}

function unexpected(code: string, found: string): string {
  return /escape|surrogate/.test(code) ? 'this escape is malformed' : `did not expect \`${found}\` here`;
}

function helpFor(source: string, range: Range, found: string): string | undefined {
  if (/\$\{\{/.test(source)) return words['$'];
  if (/^\s*\{\{/.test(source)) return `\`{{ x }}\` is written \`x\` here, and \`\${{ x }}\` inside longer text`;
  if (/["'“”‘’]/.test(found) && /[“”‘’]/.test(found)) return 'use plain quotes';
  if (Object.hasOwn(words, found)) return words[found];
  const before = /([A-Za-z_]+)\s*$/.exec(source.slice(0, range.start))?.[1];
  if (before !== undefined && Object.hasOwn(words, before)) return words[before];
  return range.end >= source.length ? missingBracket(source) : undefined;
}

function missingBracket(source: string): string | undefined {
  const bare = source.replaceAll(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g, '');
  for (const [open, close] of ['()', '[]', '{}']) {
    const missing = bare.split(open ?? '').length - bare.split(close ?? '').length;
    if (missing > 0) return `a closing \`${close}\` is missing`;
  }
  return undefined;
}

/** cel-js marks the last character of a wrong word; at the end of the source it marks nothing. */
function wholeWord(source: string, { start, end }: Range): Range {
  if (start >= source.length) return { start: Math.max(0, source.trimEnd().length - 1), end: source.trimEnd().length };
  if (!/\w/.test(source.charAt(start))) return { start, end: Math.max(end, start + 1) };
  const word = /^\w+/.exec(source.slice(start))?.[0] ?? '';
  return { start, end: Math.max(end, start + word.length) };
}
