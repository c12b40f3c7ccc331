import type { ShellPlace } from './shell-frame.ts';

/** A here-document that was announced, and whose body is still to come. */
export interface HereDocument {
  readonly end: string;
  readonly stripTabs: boolean;
  /** Absent: the shell expands it. */
  readonly fixed?: ShellPlace;
}

/** What `<<WORD` at the beginning of the text announces, and its length; `undefined`: nothing that can be followed. */
export function beginHereDocument(
  text: string,
): { readonly document: HereDocument; readonly length: number } | undefined {
  const match = /^<<(-?)[ \t]*((?:'[^'\n]*'|"[^"\n]*"|\\.|[^\s;&|<>()'"\\])+)/.exec(text);
  if (match === null) return undefined;
  const word = match[2] ?? '';
  const document = { end: word.replaceAll(/['"\\]/g, ''), stripTabs: match[1] === '-' };
  const isQuoted = /['"\\]/.test(word);
  return { document: isQuoted ? { ...document, fixed: 'quoted-here-document' } : document, length: match[0].length };
}

/** Where its body, which begins at `start`, ends, and where the line behind its end begins. */
export function findHereEnd(
  { end, stripTabs }: HereDocument,
  text: string,
  start: number,
): { readonly bodyEnd: number; readonly next: number } {
  for (let at = start; ; ) {
    const lineEnd = text.indexOf('\n', at);
    const line = text.slice(at, lineEnd === -1 ? undefined : lineEnd);
    const isEnd = (stripTabs ? line.replace(/^\t+/, '') : line) === end;
    if (isEnd || lineEnd === -1)
      return { bodyEnd: isEnd ? at : text.length, next: lineEnd === -1 ? text.length : lineEnd + 1 };
    at = lineEnd + 1;
  }
}
