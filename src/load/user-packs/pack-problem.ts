/** What is wrong with a pack, in its author's words. */
export interface PackProblem {
  readonly code: string;
  readonly message: string;
  readonly help?: string;
  /** Where in a file; absent: only the name of the pack can be pointed at. */
  readonly place?: PackPlace;
}

export interface PackPlace {
  /** Absolute. */
  readonly file: string;
  readonly text: string;
  /** Offsets into the text; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
}

/** `packs/app.ts`: the last two parts of a file's path are enough to find it. */
export function shortName(file: string): string {
  return file.split('/').slice(-2).join('/');
}

/** A place by line and column, both from 1, up to the end of the word there. */
export function placeAt(file: string, text: string, line: number, col: number): PackPlace {
  let start = 0;
  for (let seen = 1; seen < line; seen += 1) {
    const next = text.indexOf('\n', start);
    if (next === -1) break;
    start = next + 1;
  }
  start = Math.min(start + col - 1, text.length);
  const word = /^\w+/.exec(text.slice(start, start + 200));
  return { file, text, start, end: start + (word?.[0].length ?? 1) };
}

/** The quoted text `name` in a pack's file, where it is written just so. */
export function placeOfText(file: string, text: string, name: string): PackPlace | undefined {
  for (const quote of [`'${name}'`, `"${name}"`, `\`${name}\``]) {
    const start = text.indexOf(quote);
    if (start !== -1) return { file, text, start, end: start + quote.length };
  }
  return undefined;
}
