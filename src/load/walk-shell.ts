import { isShellKeyword, parsesArguments, parsesInput } from './shell-commands.ts';

/** Where in shell text a word stands, as far as it matters for data. */
export type ShellPlace =
  | 'bare'
  | 'double-quoted'
  | 'here-document'
  | 'single-quoted'
  | 'quoted-here-document'
  | 'comment'
  | 'backquotes'
  | 'arithmetic'
  /** Handed to something that parses it again: `eval`, `sh -c`, `awk`, `python -c`. */
  | 'reparsed'
  /** Inside `${…}`. */
  | 'expansion'
  /** The walk no longer knows. */
  | 'lost';

interface Code {
  readonly kind: 'code';
  /** Inside `$( )` or `( )`. */
  readonly nested: boolean;
  words: string[];
  /** The word being read; `undefined`: between words. Quoted parts count as `?`. */
  word: string | undefined;
  caseDepth: number;
}
interface Quoted {
  readonly kind: 'double' | 'backquotes' | 'arithmetic' | 'expansion';
  depth: number;
}

interface HereDocument {
  readonly end: string;
  readonly stripTabs: boolean;
  /** Absent: the shell expands it. */
  readonly fixed?: 'quoted-here-document' | 'reparsed';
}

/** Nobody nests `$( )` deeper; each level is looked at for each interpolation. */
const deepest = 32;

/**
 * Follows the quoting of POSIX shell text and tells at which kind of place each of the offsets stands. Linear; never
 * throws. What it cannot follow it calls `lost`, so that doubt is an error for the author and never a hole.
 */
export function walkShell(text: string, offsets: readonly number[]): ReadonlyMap<number, ShellPlace> {
  return new ShellWalk(text, offsets).run();
}

class ShellWalk {
  readonly #text: string;
  readonly #wanted: ReadonlySet<number>;
  readonly #places = new Map<number, ShellPlace>();
  readonly #stack: (Code | Quoted)[] = [newCode(false)];
  readonly #pending: HereDocument[] = [];
  #at = 0;

  constructor(text: string, offsets: readonly number[]) {
    this.#text = text;
    this.#wanted = new Set(offsets);
  }

  run(): ReadonlyMap<number, ShellPlace> {
    while (this.#at < this.#text.length) {
      const frame = this.#stack.at(-1);
      if (frame !== undefined && this.#wanted.has(this.#at)) this.#places.set(this.#at, this.#placeHere(frame));
      this.#at =
        frame === undefined ? this.#rest('lost') : frame.kind === 'code' ? this.#code(frame) : this.#quoted(frame);
    }
    return this.#places;
  }

  #note(offset: number, place: ShellPlace): void {
    if (this.#wanted.has(offset)) this.#places.set(offset, place);
  }

  /** What is innermost reads the value first, but anything around it that parses again outweighs that. */
  #placeHere(innermost: Code | Quoted): ShellPlace {
    for (const frame of this.#stack) {
      if (frame.kind === 'backquotes' || frame.kind === 'arithmetic' || frame.kind === 'expansion') return frame.kind;
      if (frame.kind !== 'code') continue;
      if (parsesArguments([...frame.words, frame.word ?? '']) || /^\w+\[/.test(frame.word ?? '')) return 'reparsed';
    }
    return innermost.kind === 'double' ? 'double-quoted' : 'bare';
  }

  /** One step in unquoted text; gives the offset behind it, as all of these do. */
  #code(frame: Code): number {
    const character = this.#text.charAt(this.#at);
    const next = this.#text.slice(this.#at, this.#at + 3);
    if (character === '\n') return this.#newLine(frame);
    if (character === '#' && frame.word === undefined) return this.#until('\n', 'comment');
    if (character === "'") return this.#singleQuoted(frame);
    if (character === '\\') return this.#keep(frame, 2);
    if (next === '<<<' || /[\s<>]/.test(character)) {
      if (next.startsWith('<<') && next !== '<<<') return this.#hereDocument(frame);
      endWord(frame);
      return this.#at + (next === '<<<' ? 3 : 1);
    }
    if (next.startsWith('((') && frame.words.length === 0 && frame.word === undefined)
      return this.#push({ kind: 'arithmetic', depth: 2 }, 2);
    if (next.startsWith('$[')) return this.#rest('lost');
    if (/[;&|()]/.test(character)) return this.#operator(frame, character);
    return this.#open(frame) ?? this.#keep(frame, 1);
  }

  #operator(frame: Code, operator: string): number {
    endWord(frame);
    if (operator === ')' && frame.nested && frame.caseDepth === 0) return this.#pop(1);
    frame.words = [];
    return operator === '(' ? this.#push(newCode(true), 1) : this.#at + 1;
  }

  /** Inside double quotes, backquotes, `$(( ))` and `${ }`. */
  #quoted(frame: Quoted): number {
    const character = this.#text.charAt(this.#at);
    if (character === '\\') return this.#at + 2;
    switch (frame.kind) {
      case 'double':
        if (character === '"') return this.#pop(1);
        break;
      case 'backquotes':
        return character === '`' ? this.#pop(1) : this.#at + 1;
      case 'arithmetic':
        if (character === '(') frame.depth += 1;
        if (character === ')') frame.depth -= 1;
        if (frame.depth === 0) return this.#pop(1);
        break;
      case 'expansion':
        if (character === '}') return this.#pop(1);
        if (character === "'" && !this.#stack.some((outer) => outer.kind === 'double'))
          return this.#singleQuoted(undefined);
        break;
    }
    return this.#open(frame) ?? this.#at + 1;
  }

  /** Something that nests begins here, or nothing does. */
  #open(frame: Code | Quoted): number | undefined {
    const next = this.#text.slice(this.#at, this.#at + 3);
    const opened = opening(next, frame);
    if (opened === undefined) return undefined;
    if (frame.kind === 'code') frame.word = `${frame.word ?? ''}?`;
    return this.#push(...opened);
  }

  #push(frame: Code | Quoted, length: number): number {
    if (this.#stack.length > deepest) return this.#rest('lost');
    this.#stack.push(frame);
    return this.#at + length;
  }

  #pop(length: number): number {
    this.#stack.pop();
    return this.#at + length;
  }

  #keep(frame: Code, length: number): number {
    frame.word = (frame.word ?? '') + this.#text.slice(this.#at, this.#at + length).replace(/^\\/, '');
    return this.#at + length;
  }

  #singleQuoted(frame: Code | undefined): number {
    if (frame !== undefined) frame.word = `${frame.word ?? ''}?`;
    this.#at += 1;
    const close = this.#until("'", 'single-quoted');
    return close + 1;
  }

  /** Everything up to `end` is of one kind; gives the offset of the end. */
  #until(end: string, place: ShellPlace): number {
    const close = this.#text.indexOf(end, this.#at);
    if (close === -1) return this.#rest(place === 'comment' ? place : 'lost');
    for (let offset = this.#at; offset < close; offset += 1) this.#note(offset, place);
    return close;
  }

  #rest(place: ShellPlace): number {
    for (let offset = this.#at; offset < this.#text.length; offset += 1) this.#note(offset, place);
    return this.#text.length;
  }

  #hereDocument(frame: Code): number {
    endWord(frame);
    const match = /^<<(-?)[ \t]*((?:'[^'\n]*'|"[^"\n]*"|\\.|[^\s;&|<>()'"\\])+)/.exec(this.#text.slice(this.#at));
    if (match === null) return this.#rest('lost');
    const word = match[2] ?? '';
    const fixed = /['"\\]/.test(word) ? 'quoted-here-document' : parsesInput(frame.words) ? 'reparsed' : undefined;
    const document = { end: word.replaceAll(/['"\\]/g, ''), stripTabs: match[1] === '-' };
    this.#pending.push(fixed === undefined ? document : { ...document, fixed });
    return this.#at + match[0].length;
  }

  #newLine(frame: Code): number {
    endWord(frame);
    frame.words = [];
    let at = this.#at + 1;
    for (const document of this.#pending.splice(0)) at = this.#hereLines(document, at);
    return at;
  }

  #hereLines(document: HereDocument, start: number): number {
    for (let at = start; ; ) {
      const lineEnd = this.#text.indexOf('\n', at);
      const line = this.#text.slice(at, lineEnd === -1 ? undefined : lineEnd);
      const isEnd = (document.stripTabs ? line.replace(/^\t+/, '') : line) === document.end;
      if (isEnd || lineEnd === -1) {
        this.#hereBody(start, isEnd ? at : this.#text.length, document.fixed);
        return lineEnd === -1 ? this.#text.length : lineEnd + 1;
      }
      at = lineEnd + 1;
    }
  }

  /** The body expands like double quotes: what nests in it is walked by itself. */
  #hereBody(from: number, to: number, fixed: ShellPlace | undefined): void {
    const wanted = [...this.#wanted].filter((offset) => offset >= from && offset < to);
    if (wanted.length === 0) return;
    const body = `"${this.#text.slice(from, to).replaceAll('"', ' ')}"`;
    const places =
      fixed === undefined
        ? walkShell(
            body,
            wanted.map((offset) => offset - from + 1),
          )
        : new Map();
    for (const offset of wanted) {
      const place: ShellPlace = fixed ?? places.get(offset - from + 1) ?? 'lost';
      this.#places.set(offset, place === 'double-quoted' ? 'here-document' : place);
    }
  }
}

function newCode(nested: boolean): Code {
  return { kind: 'code', nested, words: [], word: undefined, caseDepth: 0 };
}

function endWord(frame: Code): void {
  const { word } = frame;
  if (word === undefined) return;
  frame.word = undefined;
  if (word === 'case' && frame.words.length === 0) frame.caseDepth += 1;
  if (word === 'esac') frame.caseDepth = Math.max(0, frame.caseDepth - 1);
  if (isShellKeyword(word)) frame.words = [];
  else frame.words.push(word);
}

function opening(next: string, inside: Code | Quoted): readonly [Code | Quoted, number] | undefined {
  if (next.startsWith('"') && inside.kind !== 'double' && inside.kind !== 'arithmetic')
    return [{ kind: 'double', depth: 0 }, 1];
  if (next === '$((') return [{ kind: 'arithmetic', depth: 2 }, 3];
  if (next.startsWith('$(')) return [newCode(true), 2];
  if (next.startsWith('${')) return [{ kind: 'expansion', depth: 0 }, 2];
  return next.startsWith('`') ? [{ kind: 'backquotes', depth: 0 }, 1] : undefined;
}
