import type { ExprProblem } from './types.ts';

export type TextPart =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'cel';
      /** Without surrounding white space. */
      readonly source: string;
      /** Offset of the source's first character in the text. */
      readonly start: number;
      /** Offset behind its last character. */
      readonly end: number;
    };

export interface ParsedText {
  readonly parts: readonly TextPart[];
  /** Offsets into the text. */
  readonly problems: readonly ExprProblem[];
}

const opening = '${{';

/** Splits a text at `${{ CEL }}`. Strings and `{ }` inside the CEL may hold `}}`. Linear in the text's length; never throws. */
export function parseText(text: string): ParsedText {
  const parts: TextPart[] = [];
  const problems: ExprProblem[] = [];
  let from = 0;
  for (;;) {
    const open = text.indexOf(opening, from);
    if (open < 0) break;
    const close = closingBraces(text, open + opening.length);
    if (close === undefined) {
      problems.push(unclosed(text, open));
      break;
    }
    if (open > from) parts.push({ kind: 'text', text: text.slice(from, open) });
    parts.push(celPart(text, open + opening.length, close));
    from = close + 2;
  }
  if (from < text.length) parts.push({ kind: 'text', text: text.slice(from) });
  return { parts, problems };
}

function celPart(text: string, from: number, to: number): TextPart {
  const inner = text.slice(from, to);
  const source = inner.trim();
  const start = source === '' ? from : from + inner.indexOf(source);
  return { kind: 'cel', source, start, end: start + source.length };
}

function unclosed(text: string, open: number): ExprProblem {
  const lineEnd = text.indexOf('\n', open);
  return {
    code: 'cel/syntax',
    message: `this \`${opening}\` is never closed`,
    start: open,
    end: lineEnd < 0 ? text.length : lineEnd,
    help: 'close it with `}}`; look for a quote or a `{` left open inside',
  };
}

/** Where the `}}` that closes an interpolation stands. */
function closingBraces(text: string, from: number): number | undefined {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"' || character === "'") {
      const end = stringEnd(text, at, character);
      if (end === undefined) return undefined;
      at = end - 1;
    } else if (character === '{') {
      depth += 1;
    } else if (character === '}') {
      if (depth > 0) depth -= 1;
      else if (text[at + 1] === '}') return at;
    }
  }
  return undefined;
}

/** Offset behind a CEL string that begins at `start`. */
function stringEnd(text: string, start: number, quote: string): number | undefined {
  const triple = quote.repeat(3);
  const closing = text.startsWith(triple, start) ? triple : quote;
  for (let at = start + closing.length; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text.startsWith(closing, at)) return at + closing.length;
  }
  return undefined;
}

/**
 * The CEL when the text is wholly one interpolation, else `undefined`. Spaces and tabs around it are allowed; a line end
 * is text (a file whose content ends with one keeps it).
 */
export function soleCel(text: string): string | undefined {
  return text.includes(opening) ? soleIn(parseText(text)) : undefined;
}

/** {@link soleCel} of a text already split. */
export function soleIn({ parts, problems }: ParsedText): string | undefined {
  if (problems.length > 0) return undefined;
  const [only, ...rest] = parts.filter((part) => part.kind === 'cel' || !/^[ \t]*$/.test(part.text));
  return only?.kind === 'cel' && rest.length === 0 ? only.source : undefined;
}
