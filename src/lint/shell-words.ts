/** A word of a command line, without its quotes. Offsets are those of the text that was read. */
export interface ShellWord {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Commands whose output is a part of it, or is the file that it names: `$(…)`, `<(…)`. */
  readonly made: readonly SimpleCommand[];
}

/** One simple command of a script, as written: `if`, `sudo` and assignments still in front. */
export interface SimpleCommand {
  readonly words: readonly ShellWord[];
  /** Files that it writes to: `>`, `>>`. */
  readonly writes: readonly ShellWord[];
  /** What it is given to read: a here-document or a here-string; or files, by their names. */
  readonly input: readonly (ShellWord & { readonly from: 'text' | 'file' })[];
  /** Its input is what the command before it puts out. */
  readonly piped: boolean;
  /** That command; where it is none by itself (`{ …; } | sh`), all before it that may be. */
  readonly upstream: readonly SimpleCommand[];
}

/** Scripts are short; nobody nests deeper. */
const deepest = 16;

/** Words in front of a command. */
const leads = /^(?:if|then|else|elif|while|until|do|!|\{)$/;
const endsGroup = /^(?:\}|fi|done|esac)$/;

/**
 * The simple commands of a script, those in `$( )` and backquotes too, in the order in which they begin. It is a reader for
 * lint and no parser: comments are passed over, and nothing it cannot follow makes it throw.
 */
export function simpleCommands(script: string): readonly SimpleCommand[] {
  const found: SimpleCommand[] = [];
  new ShellReader(script, found).read(0, '', 0, false);
  return found.sort((a, b) => (a.words[0]?.start ?? 0) - (b.words[0]?.start ?? 0));
}

/** Whether this word stands there where a command begins. */
function isFirst(words: readonly ShellWord[], word: string, at: number): boolean {
  return words[at]?.text === word && words.slice(0, at).every(({ text }) => leads.test(text));
}

type Input = SimpleCommand['input'][number];
type Target = 'word' | 'write' | 'file' | 'text' | 'nowhere';

/** Where the word behind an operator belongs. */
const targets: Readonly<Record<string, Target>> = {
  '>': 'write',
  '>>': 'write',
  '>|': 'write',
  '<>': 'write',
  '<': 'file',
  '<<<': 'text',
  '>&': 'nowhere',
  '<&': 'nowhere',
};

class ShellReader {
  readonly #text: string;
  readonly #found: SimpleCommand[];
  /** Here-documents that begin behind this line: their last line, and who reads them. */
  #here: { readonly last: string; readonly expands: boolean; readonly input: Input[] }[] = [];

  constructor(text: string, found: SimpleCommand[]) {
    this.#text = text;
    this.#found = found;
  }

  /** Reads from `from` to the unquoted `end` (empty: to the last character); gives the offset behind it. */
  read(from: number, end: string, depth: number, reads: boolean): number {
    let at = from;
    let words: ShellWord[] = [];
    let writes: ShellWord[] = [];
    let input: Input[] = [];
    let word: { text: string; start: number; made: SimpleCommand[] } | undefined;
    let target: Target = 'word';
    let piped = reads;
    let last: SimpleCommand | undefined;
    const first = this.#found.length;
    let cases = 0;

    const endWord = (): void => {
      if (word === undefined) return;
      // What is not closed ends with the text.
      const whole = { ...word, end: Math.min(at, this.#text.length) };
      if (target === 'write') writes.push(whole);
      else if (target === 'file' || target === 'text') input.push({ ...whole, from: target });
      else if (target === 'word') words.push(whole);
      target = 'word';
      word = undefined;
    };
    const endCommand = (): void => {
      endWord();
      target = 'word';
      if (words.length + writes.length > 0) {
        const upstream = !piped ? [] : last === undefined ? this.#found.slice(first) : [last];
        const command = { words, writes, input, piped, upstream };
        this.#found.push(command);
        last = endsGroup.test(words[0]?.text ?? '') ? undefined : command;
        if (words[0]?.text === 'esac') cases -= 1;
      }
      words = [];
      writes = [];
      input = [];
    };
    const add = (text: string, length: number, made: readonly SimpleCommand[] = []): void => {
      word = { text: (word?.text ?? '') + text, start: word?.start ?? at, made: [...(word?.made ?? []), ...made] };
      at += length;
    };
    const addNested = (open: number, close: string, isPiped = false): void => {
      const { made, next } = this.#nested(at + open, close, depth, isPiped);
      add('$', next - at, made);
    };

    while (at < this.#text.length) {
      const character = this.#text.charAt(at);
      if (end !== '' && character === end) break;
      if (character === '#' && word === undefined) at = this.#lineEnd(at);
      else if (/\s/.test(character) && word?.text === 'in' && isFirst(words, 'case', words.length - 2)) {
        endCommand();
        cases += 1;
        at = this.#passPattern(at);
      } else if (word?.text !== ']]' && /[<>;&|()]/.test(character) && this.#isTest(words)) add(character, 1);
      else if (character === '\n') {
        const waits = piped && words.length + writes.length === 0 && word === undefined;
        endCommand();
        piped = waits;
        at = this.#passHereDocuments(at + 1, depth);
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
        const { text, next, made } = this.#doubleQuoted(at + 1, depth);
        add(text, next - at, made);
      } else if (this.#text.startsWith('$((', at)) add('$', 3);
      else if (this.#text.startsWith('$(', at)) addNested(2, ')');
      else if (character === '`') addNested(1, '`');
      else if (/^[<>]\($/.test(this.#text.slice(at, at + 2))) addNested(2, ')', character === '>');
      else if (/^(?:<<)(?!<)/.test(this.#text.slice(at, at + 3))) {
        endWord();
        at = this.#announceHere(at, input);
      } else if (character === '>' || character === '<') {
        if (/^\d+$/.test(word?.text ?? '')) word = undefined;
        endWord();
        const operator = /^(?:>>|>\||>&|<&|<>|<<<|[<>])/.exec(this.#text.slice(at, at + 3))?.[0] ?? character;
        target = targets[operator] ?? 'nowhere';
        at += operator.length;
      } else if (/[;&|()]/.test(character)) {
        const two = this.#text.slice(at, at + 2);
        endCommand();
        if (character === ')') last = undefined;
        piped = character === '|' && two !== '||';
        at += two === '||' || two === '&&' || two === '|&' ? 2 : 1;
        if (cases > 0 && /^;[;&]$/.test(two)) at = this.#passPattern(at + 1);
      } else add(character, 1);
    }
    endCommand();
    return Math.min(at + 1, this.#text.length);
  }

  /** What stands between parentheses or backquotes: its commands, and the offset behind it. */
  #nested(from: number, close: string, depth: number, piped: boolean) {
    const before = this.#found.length;
    const next = depth >= deepest ? this.#text.length : this.read(from, close, depth + 1, piped);
    return { made: this.#found.slice(before), next };
  }

  /** To the closing quote; or, in a here-document, to its `end`. */
  #doubleQuoted(from: number, depth: number, end?: number) {
    const made: SimpleCommand[] = [];
    let text = '';
    let at = from;
    while (at < (end ?? this.#text.length)) {
      const character = this.#text.charAt(at);
      if (character === '"' && end === undefined) return { text, next: at + 1, made };
      if (character === '\\') {
        text += this.#text.charAt(at + 1);
        at += 2;
      } else if ((this.#text.startsWith('$(', at) && this.#text.charAt(at + 2) !== '(') || character === '`') {
        const isBack = character === '`';
        const nested = this.#nested(at + (isBack ? 1 : 2), isBack ? '`' : ')', depth, false);
        made.push(...nested.made);
        at = nested.next;
        text += '$';
      } else {
        text += character;
        at += 1;
      }
    }
    return { text, next: at, made };
  }

  /** Inside `[[ … ]]` these characters compare and group. */
  #isTest(words: readonly ShellWord[]): boolean {
    return words.at(-1)?.text !== ']]' && words.some(({ text }, at) => text === '[[' && isFirst(words, '[[', at));
  }

  /** Behind the patterns of a branch, `a|b)`; where none can be followed, nothing is passed. */
  #passPattern(from: number): number {
    const rest = this.#text.slice(from);
    const branch = /^(?:[\s;&]|#[^\n]*\n)*(?!esac\b)\(?(?:\\.|'[^']*'|"(?:\\.|[^"\\])*"|\([^()]*\)|[^()'"\\])+\)/s.exec(
      rest,
    );
    return from + (branch?.[0].length ?? 0);
  }

  #lineEnd(at: number): number {
    const end = this.#text.indexOf('\n', at);
    return end === -1 ? this.#text.length : end;
  }

  #announceHere(at: number, input: Input[]): number {
    const match = /^<<-?[ \t]*('[^'\n]*'|"[^"\n]*"|[^\s;&|<>()]+)/.exec(this.#text.slice(at, at + 200));
    if (match === null) return at + 2;
    const [, word = ''] = match;
    this.#here.push({ last: word.replaceAll(/['"\\]/g, ''), expands: !/['"\\]/.test(word), input });
    return at + match[0].length;
  }

  #passHereDocuments(from: number, depth: number): number {
    let at = from;
    for (const { last, expands, input } of this.#here.splice(0)) {
      const start = at;
      let bodyEnd = this.#text.length;
      while (at < this.#text.length) {
        const end = this.#lineEnd(at);
        const line = this.#text.slice(at, end).replace(/^\t+/, '');
        if (line === last) bodyEnd = at;
        at = Math.min(end + 1, this.#text.length);
        if (line === last) break;
      }
      const made = expands ? this.#doubleQuoted(start, depth, bodyEnd).made : [];
      input.push({ text: this.#text.slice(start, bodyEnd), start, end: bodyEnd, made, from: 'text' });
    }
    return at;
  }
}
