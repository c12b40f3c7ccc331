/** A word of a command line, without its quotes. Offsets are those of the text that was read. */
export interface ShellWord {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** One simple command of a script, as written: `if`, `sudo` and assignments still in front. */
export interface SimpleCommand {
  readonly words: readonly ShellWord[];
  /** Files that it writes to: `>`, `>>`. */
  readonly writes: readonly ShellWord[];
  /** Its input is what the command before it puts out. */
  readonly piped: boolean;
}

/** Scripts are short; nobody nests deeper. */
const deepest = 16;

/**
 * The simple commands of a script, those in `$( )` and backquotes too, in the order in which they begin. It is a reader for
 * lint and no parser: bodies of here-documents and comments are passed over, and nothing it cannot follow makes it throw.
 */
export function simpleCommands(script: string): readonly SimpleCommand[] {
  const found: SimpleCommand[] = [];
  new ShellReader(script, found).read(0, '', 0);
  return found.sort((a, b) => (a.words[0]?.start ?? 0) - (b.words[0]?.start ?? 0));
}

class ShellReader {
  readonly #text: string;
  readonly #found: SimpleCommand[];
  #here: string[] = [];

  constructor(text: string, found: SimpleCommand[]) {
    this.#text = text;
    this.#found = found;
  }

  /** Reads from `at` to the unquoted `end` (empty: to the last character); gives the offset behind it. */
  read(from: number, end: string, depth: number): number {
    let at = from;
    let words: ShellWord[] = [];
    let writes: ShellWord[] = [];
    let word: { text: string; start: number } | undefined;
    let toFile = false;
    let piped = false;

    const endWord = (): void => {
      if (word === undefined) return;
      // What is not closed ends with the text.
      const whole = { ...word, end: Math.min(at, this.#text.length) };
      if (toFile) writes.push(whole);
      else words.push(whole);
      toFile = false;
      word = undefined;
    };
    const endCommand = (): void => {
      endWord();
      toFile = false;
      if (words.length + writes.length > 0) this.#found.push({ words, writes, piped });
      words = [];
      writes = [];
    };
    const add = (text: string, length: number): void => {
      word = { text: (word?.text ?? '') + text, start: word?.start ?? at };
      at += length;
    };

    while (at < this.#text.length) {
      const character = this.#text.charAt(at);
      if (character === end && word === undefined) break;
      if (end !== '' && character === end) break;
      if (character === '#' && word === undefined) at = this.#lineEnd(at);
      else if (character === '\n') {
        endCommand();
        piped = false;
        at = this.#passHereDocuments(at + 1);
      } else if (this.#text.startsWith('\\\n', at)) at += 2;
      else if (character === '\\') add(this.#text.charAt(at + 1), 2);
      else if (/\s/.test(character)) {
        endWord();
        at += 1;
      } else if (character === "'") {
        const close = this.#text.indexOf("'", at + 1);
        const stop = close === -1 ? this.#text.length : close;
        add(this.#text.slice(at + 1, stop), stop + 1 - at);
      } else if (character === '"') {
        const { text, next } = this.#doubleQuoted(at + 1, depth);
        add(text, next - at);
      } else if (this.#text.startsWith('$((', at)) add('$', 3);
      else if (this.#text.startsWith('$(', at) || character === '`') {
        const open = character === '`' ? 1 : 2;
        const next = depth >= deepest ? this.#text.length : this.read(at + open, open === 1 ? '`' : ')', depth + 1);
        add('$', next - at);
      } else if (/^(?:<<)(?!<)/.test(this.#text.slice(at, at + 3))) {
        endWord();
        at = this.#announceHere(at);
      } else if (character === '>' || character === '<') {
        if (/^\d+$/.test(word?.text ?? '')) word = undefined;
        endWord();
        const operator = /^(?:>>|>\||>&|<&|<>|<<<|[<>])/.exec(this.#text.slice(at, at + 3))?.[0] ?? character;
        toFile = operator === '>' || operator === '>>' || operator === '>|';
        at += operator.length;
      } else if (/[;&|()]/.test(character)) {
        const two = this.#text.slice(at, at + 2);
        endCommand();
        piped = character === '|' && two !== '||';
        at += two === '||' || two === '&&' ? 2 : 1;
      } else add(character, 1);
    }
    endCommand();
    return Math.min(at + 1, this.#text.length);
  }

  #doubleQuoted(from: number, depth: number): { readonly text: string; readonly next: number } {
    let text = '';
    let at = from;
    while (at < this.#text.length) {
      const character = this.#text.charAt(at);
      if (character === '"') return { text, next: at + 1 };
      if (character === '\\') {
        text += this.#text.charAt(at + 1);
        at += 2;
      } else if ((this.#text.startsWith('$(', at) && this.#text.charAt(at + 2) !== '(') || character === '`') {
        const open = character === '`' ? 1 : 2;
        at = depth >= deepest ? this.#text.length : this.read(at + open, open === 1 ? '`' : ')', depth + 1);
        text += '$';
      } else {
        text += character;
        at += 1;
      }
    }
    return { text, next: at };
  }

  #lineEnd(at: number): number {
    const end = this.#text.indexOf('\n', at);
    return end === -1 ? this.#text.length : end;
  }

  #announceHere(at: number): number {
    const match = /^<<-?[ \t]*('[^'\n]*'|"[^"\n]*"|[^\s;&|<>()]+)/.exec(this.#text.slice(at, at + 200));
    if (match === null) return at + 2;
    this.#here.push((match[1] ?? '').replaceAll(/['"\\]/g, ''));
    return at + match[0].length;
  }

  #passHereDocuments(from: number): number {
    let at = from;
    for (const word of this.#here.splice(0)) {
      while (at < this.#text.length) {
        const end = this.#lineEnd(at);
        const line = this.#text.slice(at, end).replace(/^\t+/, '');
        at = Math.min(end + 1, this.#text.length);
        if (line === word) break;
      }
    }
    return at;
  }
}
