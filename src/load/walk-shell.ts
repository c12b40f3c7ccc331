import { beginHereDocument, findHereEnd, type HereDocument } from './here-document.ts';
import { parsesInput, shellCode } from './shell-commands.ts';
import { type Code, endWord, newCode, opening, placeIn, type Quoted, type ShellPlace } from './shell-frame.ts';

/** Nobody nests `$( )` deeper; each level is looked at for each interpolation. */
const deepest = 32;

/**
 * Follows the quoting of POSIX shell text and tells at which kind of place each of the offsets stands. Linear; never
 * throws. What it cannot follow it calls `lost`, so that doubt is an error for the author and never a hole.
 */
export function walkShell(text: string, offsets: readonly number[]): ReadonlyMap<number, ShellPlace> {
  return new ShellWalk(text, offsets).run();
}

/** Whether a shell's code, complete among these words, parses its arguments once more: `sh -c 'eval "$1"' sh X`. */
export function codeParsesArguments(words: readonly string[]): boolean {
  const code = shellCode(words) ?? '';
  if (/(?:^|[\s;&|({])eval\s/.test(code)) return true;
  const uses = [...code.matchAll(/\$(?:[1-9@*]|\{[1-9@*][^}]*\})/g)];
  const masked = uses.reduce(
    (text, { 0: use, index }) => text.slice(0, index) + 'X'.repeat(use.length) + text.slice(index + use.length),
    code,
  );
  const places = walkShell(
    masked,
    uses.map(({ index }) => index),
  );
  return [...places.values()].some((place) => place === 'reparsed' || place === 'arithmetic');
}

class ShellWalk {
  readonly #text: string;
  readonly #wanted: ReadonlySet<number>;
  readonly #places = new Map<number, ShellPlace>();
  readonly #stack: (Code | Quoted)[] = [newCode(false)];
  readonly #pending: HereDocument[] = [];
  /** Commands of this line, for its here-documents. */
  #commands: (readonly string[])[] = [];
  #at = 0;

  constructor(text: string, offsets: readonly number[]) {
    this.#text = text;
    this.#wanted = new Set(offsets);
  }

  run(): ReadonlyMap<number, ShellPlace> {
    while (this.#at < this.#text.length) {
      const frame = this.#stack.at(-1);
      if (frame !== undefined && this.#wanted.has(this.#at)) this.#meet(frame);
      this.#at =
        frame === undefined ? this.#rest('lost') : frame.kind === 'code' ? this.#code(frame) : this.#quoted(frame);
    }
    for (const frame of this.#stack) if (frame.kind === 'code') this.#endCommand(frame);
    return this.#places;
  }

  #meet(frame: Code | Quoted): void {
    this.#places.set(this.#at, this.#placeHere(frame));
    this.#feed([this.#at]);
  }

  /** These are part of what every command around puts out. */
  #feed(offsets: readonly number[]): void {
    for (const frame of this.#stack) {
      if (frame.kind !== 'code') continue;
      frame.fed.push(...offsets);
      frame.all.push(...offsets);
    }
  }

  /** A command is complete: is it one that parses what was piped into it? */
  #endCommand(frame: Code): void {
    endWord(frame);
    this.#commands.push(frame.words);
    if (frame.piped && parsesInput(frame.words)) this.#reparse(frame.fed);
    frame.words = [];
    frame.redirect = undefined;
  }

  #reparse(offsets: readonly number[]): void {
    for (const offset of offsets) {
      const place = this.#places.get(offset);
      if (place === 'bare' || place === 'double-quoted' || place === 'here-document')
        this.#places.set(offset, 'reparsed');
    }
  }

  #note(offset: number, place: ShellPlace): void {
    if (this.#wanted.has(offset)) this.#places.set(offset, place);
  }

  /** What is innermost reads the value first, but anything around it that parses again outweighs that. */
  #placeHere(innermost: Code | Quoted): ShellPlace {
    return this.#placeAround(this.#stack) ?? (innermost.kind === 'double' ? 'double-quoted' : 'bare');
  }

  #placeAround(frames: readonly (Code | Quoted)[]): ShellPlace | undefined {
    for (const [depth, frame] of frames.entries()) {
      if (frame.kind === 'backquotes' || frame.kind === 'arithmetic' || frame.kind === 'expansion') return frame.kind;
      if (frame.kind !== 'code') continue;
      const place = placeIn(frame, depth === this.#stack.length - 1);
      if (place !== undefined) return place;
      if (frame.redirect === undefined && codeParsesArguments(frame.words)) return 'reparsed';
    }
    return undefined;
  }

  /** One step in unquoted text; gives the offset behind it, as all of these do. */
  #code(frame: Code): number {
    const character = this.#text.charAt(this.#at);
    const next = this.#text.slice(this.#at, this.#at + 3);
    if (character === '\n') return this.#newLine(frame);
    if (character === '#' && frame.word === undefined) return this.#until('\n', 'comment');
    if (character === "'") return this.#singleQuoted(frame);
    if (character === '\\') return this.#keep(frame, 2);
    if (/\s/.test(character)) {
      endWord(frame);
      return this.#at + 1;
    }
    if (/^(?:[<>]|&>)/.test(next)) return this.#redirection(frame, next);
    if (next.startsWith('((') && frame.words.length === 0 && frame.word === undefined)
      return this.#push({ kind: 'arithmetic', depth: 2 }, 2);
    if (next.startsWith('$[')) return this.#rest('lost');
    if (/[;&|()]/.test(character)) return this.#operator(frame, character);
    return this.#open(frame) ?? this.#keep(frame, 1);
  }

  #redirection(frame: Code, next: string): number {
    // The number in `2>` is no word.
    if (/^\d+$/.test(frame.word ?? '')) frame.word = undefined;
    endWord(frame);
    if (next.startsWith('<<') && next !== '<<<') return this.#hereDocument(frame);
    frame.redirect = next === '<<<' ? '<<<' : next.startsWith('<') ? '<' : '>';
    return this.#at + (/^(?:<<<|&>>?|>>|[<>]&|>\||<>|[<>])/.exec(next)?.[0].length ?? 1);
  }

  #operator(frame: Code, operator: string): number {
    if (frame.redirect !== undefined && frame.word === undefined && operator === '(') return this.#processFile(frame);
    endWord(frame);
    if (frame.clause === 'pattern') {
      if (operator === ')') {
        frame.clause = undefined;
        frame.words = [];
      }
      return this.#at + 1;
    }
    const two = this.#text.slice(this.#at, this.#at + 2);
    const isPipe = operator === '|' && two !== '||';
    const closes = frame.closed;
    const inPipe = frame.piped;
    this.#endCommand(frame);
    if (operator === ')' && frame.nested && frame.caseDepth === 0) return this.#pop(1);
    if (operator === '(') return this.#push({ ...newCode(true), piped: inPipe, fed: inPipe ? [...frame.fed] : [] }, 1);
    frame.piped = isPipe;
    if (isPipe && closes) frame.fed = [...frame.all];
    else if (!isPipe) frame.fed = [];
    frame.clause = /^;[;&]$/.test(two) && frame.caseDepth > 0 ? 'pattern' : undefined;
    return this.#at + (two === '||' || two === '&&' || two === '|&' || frame.clause === 'pattern' ? 2 : 1);
  }

  /** `<( … )` is a file for the command, `>( … )` reads what the command puts out. */
  #processFile(frame: Code): number {
    const reads = frame.redirect !== '<';
    frame.word = '$';
    return this.#push({ ...newCode(true), piped: reads, fed: reads ? [...frame.fed] : [] }, 1);
  }

  /** Inside double quotes, backquotes, `$(( ))` and `${ }`. */
  #quoted(frame: Quoted): number {
    const character = this.#text.charAt(this.#at);
    if (character === '\\') return this.#literal(frame, this.#text.charAt(this.#at + 1), 2);
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
    return this.#open(frame) ?? this.#literal(frame, character, 1);
  }

  /** What stands in double quotes is part of the word around them. */
  #literal(frame: Quoted, character: string, length: number): number {
    const outer = this.#stack.at(-2);
    if (frame.kind === 'double' && outer?.kind === 'code') outer.word = (outer.word ?? '') + character;
    return this.#at + length;
  }

  /** Something that nests begins here, or nothing does. */
  #open(frame: Code | Quoted): number | undefined {
    const next = this.#text.slice(this.#at, this.#at + 3);
    const opened = opening(next, frame);
    if (opened === undefined) return undefined;
    const outer = frame.kind === 'double' ? this.#stack.at(-2) : frame;
    if (outer?.kind === 'code') outer.word = `${outer.word ?? ''}${opened[0].kind === 'double' ? '' : '$'}`;
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
    this.#at += 1;
    const close = this.#until("'", 'single-quoted');
    if (frame !== undefined) frame.word = (frame.word ?? '') + this.#text.slice(this.#at, close);
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
    const begun = beginHereDocument(this.#text.slice(this.#at));
    if (begun === undefined) return this.#rest('lost');
    this.#pending.push(begun.document);
    return this.#at + begun.length;
  }

  #newLine(frame: Code): number {
    const waits = frame.piped && frame.words.length === 0 && frame.word === undefined;
    this.#endCommand(frame);
    let at = this.#at + 1;
    const reparsed = this.#commands.some(parsesInput) ? 'reparsed' : this.#placeAround(this.#stack.slice(0, -1));
    for (const document of this.#pending.splice(0))
      at = this.#hereLines(reparsed === undefined ? document : { fixed: reparsed, ...document }, at);
    this.#commands = [];
    if (frame.clause !== 'pattern' && frame.clause !== 'case') frame.clause = undefined;
    if (waits) return at;
    frame.piped = false;
    frame.fed = [];
    return at;
  }

  #hereLines(document: HereDocument, start: number): number {
    const { bodyEnd, next } = findHereEnd(document, this.#text, start);
    this.#hereBody(start, bodyEnd, document.fixed);
    return next;
  }

  /** The body expands like double quotes: what nests in it is walked by itself. */
  #hereBody(from: number, to: number, fixed: ShellPlace | undefined): void {
    const wanted = [...this.#wanted].filter((offset) => offset >= from && offset < to);
    if (wanted.length === 0) return;
    const body = `: "${this.#text.slice(from, to).replaceAll('"', ' ')}"`;
    const places =
      fixed === undefined
        ? walkShell(
            body,
            wanted.map((offset) => offset - from + 3),
          )
        : new Map();
    for (const offset of wanted) {
      const place: ShellPlace = fixed ?? places.get(offset - from + 3) ?? 'lost';
      this.#places.set(offset, place === 'double-quoted' ? 'here-document' : place);
    }
    this.#feed(wanted);
  }
}
