import { lineStart, lineText, rangeAt, type Source } from './source.ts';

/** A text as one quoted YAML scalar, in the quotes that need the least escaping. */
export function quoteScalar(text: string): string {
  if (!/["\\]/.test(text)) return `"${text}"`;
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * The line of `offset` with the expression that begins there in quotes, ready to paste. Inside braces the expression ends
 * where they do, or at a comma outside its own parentheses; elsewhere at the end of the line.
 */
export function lineWithQuotes(source: Source, offset: number): string {
  const { line } = rangeAt(source, offset, offset);
  const text = lineText(source, line);
  return quoteWithin(text, offset - lineStart(source, line)).trimStart();
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

function quoteWithin(text: string, start: number): string {
  if (text.length > longestLine) return '"…"';
  const end = isInsideBraces(text.slice(0, start)) ? expressionEnd(text, start) : text.trimEnd().length;
  const value = text.slice(start, end).trimEnd();
  return text.slice(0, start) + quoteScalar(value) + text.slice(start + value.length);
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
