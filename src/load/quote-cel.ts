import { lineStart, lineText, rangeAt, type Source } from './source.ts';

/** A text as one quoted YAML scalar, in the quotes that need the least escaping. */
export function quoteScalar(text: string): string {
  if (!/["\\]/.test(text)) return `"${text}"`;
  return `'${text.replaceAll("'", "''")}'`;
}

/** A text as it may stand inside `[ ]`: quoted only when it must be. */
export function flowScalar(text: string): string {
  return /^[A-Za-z_./][\w./@=+-]*$/.test(text) && !/^(?:true|false|null)$/i.test(text) ? text : quoteScalar(text);
}

/** How a command line in one text is written: as a list of words, or for a shell. */
export function inWords(command: string): string {
  const bare = command.slice(0, 500).replaceAll(/\$\{\{.*?\}\}/g, 'x');
  if (command.length > 500 || /[|&;<>$`"'\\*?~\n(){}]/.test(bare))
    return 'no shell looks at it; for one: core.script: { script: … }';
  const words = command.trim().match(/(?:\$\{\{.*?\}\}|\S)+/g) ?? [];
  return `write its words as a list: [${words.map(flowScalar).join(', ')}]`;
}

/**
 * The line of `offset` with the expression that begins there in quotes, ready to paste. Inside braces the expression ends
 * where they do, or at a comma outside its own parentheses; elsewhere at the end of the line, or where a comment begins,
 * unless that `#` is said to be meant as text.
 */
export function lineWithQuotes(source: Source, offset: number, hashIsText = false): string {
  const { line } = rangeAt(source, offset, offset);
  const text = lineText(source, line);
  return quoteWithin(text, offset - lineStart(source, line), hashIsText).trimStart();
}

/** Longer ones are not shown rewritten. */
const longestLine = 2000;

/** Every value of the line that holds an unquoted `${{ }}` in quotes. */
export function lineWithInterpolationsQuoted(line: string): string {
  if (line.length > longestLine) return '"…"';
  let text = line;
  for (let at = findBareInterpolation(text); at !== -1; at = findBareInterpolation(text)) text = quoteWithin(text, at);
  return text.trimStart();
}

function quoteWithin(text: string, start: number, hashIsText = false): string {
  if (text.length > longestLine) return '"…"';
  const end = isInsideBraces(text.slice(0, start))
    ? expressionEnd(text, start)
    : hashIsText
      ? text.length
      : commentStart(text, start);
  const value = text.slice(start, end).trimEnd();
  return text.slice(0, start) + quoteScalar(value) + text.slice(start + value.length);
}

/** Where a comment begins behind a whole expression; a `#` inside an open string or parenthesis is part of it. */
function commentStart(text: string, start: number): number {
  for (let at = text.indexOf(' #', start); at !== -1; at = text.indexOf(' #', at + 1)) {
    const before = text.slice(start, at).replaceAll(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g, '');
    const count = (characters: RegExp): number => before.match(characters)?.length ?? 0;
    if (count(/["']/g) === 0 && count(/[([{]/g) === count(/[)\]}]/g)) return at;
  }
  return text.length;
}

/** Where the value begins that holds the first `${{` outside quotes; -1: there is none. */
function findBareInterpolation(text: string): number {
  let valueStart = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if ((character === '"' || character === "'") && text.slice(valueStart, at).trim() === '') {
      const close = closingQuote(text, at);
      if (close === -1) return -1;
      at = close;
    } else if (text.startsWith('${{', at)) {
      return valueStart + (text.slice(valueStart).length - text.slice(valueStart).trimStart().length);
    } else if (
      character === '{' ||
      character === '[' ||
      character === ',' ||
      (character === ':' && text[at + 1] === ' ')
    ) {
      valueStart = at + 1;
    }
  }
  return -1;
}

function isInsideBraces(prefix: string): boolean {
  let depth = 0;
  for (let at = 0; at < prefix.length; at += 1) {
    const character = prefix[at];
    if (character === '"' || character === "'") {
      const close = closingQuote(prefix, at);
      if (close !== -1) at = close;
    } else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
  }
  return depth > 0;
}

function expressionEnd(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === '"' || character === "'") {
      const close = closingQuote(text, at);
      if (close !== -1) at = close;
    } else if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character) || character === ',') {
      if (depth === 0) return at;
      if (character !== ',') depth -= 1;
    }
  }
  return text.length;
}

function closingQuote(text: string, open: number): number {
  const quote = text[open] ?? '"';
  for (let at = open + 1; at < text.length; at += 1) {
    if (text[at] === '\\' && quote === '"') at += 1;
    else if (text[at] === quote) return at;
  }
  return -1;
}
