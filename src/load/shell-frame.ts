import { isCommandWord, isRunVariable, isShellKeyword, parsesArguments, parsesInput } from './shell-commands.ts';

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
  /** It would say which command is run. */
  | 'command'
  /** Inside `${…}`. */
  | 'expansion'
  /** The walk no longer knows. */
  | 'lost';

/** Shell text that is being read: a script, or what stands in `$( )` and `( )`. */
export interface Code {
  readonly kind: 'code';
  /** Inside `$( )` or `( )`. */
  readonly nested: boolean;
  words: string[];
  /** The word being read, without its quotes; `undefined`: between words. `$`: something is expanded there. */
  word: string | undefined;
  caseDepth: number;
  /** Words that are no command: behind `case` and `for`, the pattern of a branch, the list of a loop. */
  clause: 'case' | 'for' | 'pattern' | 'list' | undefined;
  /** The next word is the target of `<`, `>` or `<<<`. */
  redirect: '<' | '>' | '<<<' | undefined;
  /** The command before was a compound one: `done`, `fi`, `}`. */
  closed: boolean;
  /** What this command reads comes from a pipe. */
  piped: boolean;
  /** Wanted offsets in this pipeline, and in all of this text. */
  fed: number[];
  readonly all: number[];
}
/** What stands in double quotes, backquotes, `$(( ))` or `${ }`. */
export interface Quoted {
  readonly kind: 'double' | 'backquotes' | 'arithmetic' | 'expansion';
  depth: number;
}

/** A script, or what stands in `$( )` (`nested`), before its first character. */
export function newCode(nested: boolean): Code {
  return {
    kind: 'code',
    nested,
    words: [],
    word: undefined,
    caseDepth: 0,
    clause: undefined,
    redirect: undefined,
    closed: false,
    piped: false,
    fed: [],
    all: [],
  };
}

/** What is wrong with data in the word being read; `direct`: no substitution stands between. */
export function placeIn(frame: Code, direct: boolean): ShellPlace | undefined {
  const word = frame.word ?? '';
  if (/^\w+\[/.test(word) || isRunVariable(word)) return 'reparsed';
  if (frame.redirect !== undefined) return frame.redirect !== '>' && parsesInput(frame.words) ? 'reparsed' : undefined;
  if (frame.clause === 'for') return 'reparsed';
  // Inside ( ) nothing of the outer command is being read.
  if (frame.clause !== undefined || (!direct && frame.word === undefined)) return undefined;
  if (parsesArguments(frame.words, word)) return 'reparsed';
  return isCommandWord(frame.words) && !/^[A-Za-z_]\w*\+?=/.test(word) ? 'command' : undefined;
}

/** The word being read is complete. */
export function endWord(frame: Code): void {
  const { word } = frame;
  if (word === undefined) return;
  frame.word = undefined;
  if (frame.redirect !== undefined) {
    frame.redirect = undefined;
    return;
  }
  if (frame.words.length > 0 && frame.clause === undefined) {
    frame.words.push(word);
    return;
  }
  switch (frame.clause) {
    case 'case':
      if (word === 'in') frame.clause = 'pattern';
      return;
    case 'for':
      if (word === 'in') frame.clause = 'list';
      if (word === 'do') frame.clause = undefined;
      return;
    case 'list':
      return;
    case 'pattern':
      if (word === 'esac') endCase(frame);
      return;
    case undefined:
      startCommand(frame, word);
  }
}

/** A word at the place of a command. */
function startCommand(frame: Code, word: string): void {
  frame.closed = /^(?:\}|done|fi|esac)$/.test(word);
  if (word === 'case') {
    frame.caseDepth += 1;
    frame.clause = 'case';
  } else if (word === 'esac') endCase(frame);
  else if (word === 'for' || word === 'select') frame.clause = 'for';
  else if (!frame.closed && !isShellKeyword(word)) frame.words.push(word);
}

function endCase(frame: Code): void {
  frame.caseDepth = Math.max(0, frame.caseDepth - 1);
  frame.clause = undefined;
  frame.closed = true;
}

/** What begins with these characters, and how many of them are its beginning. */
export function opening(next: string, inside: Code | Quoted): readonly [Code | Quoted, number] | undefined {
  if (next.startsWith('"') && inside.kind !== 'double' && inside.kind !== 'arithmetic')
    return [{ kind: 'double', depth: 0 }, 1];
  if (next === '$((') return [{ kind: 'arithmetic', depth: 2 }, 3];
  if (next.startsWith('$(')) return [newCode(true), 2];
  if (next.startsWith('${')) return [{ kind: 'expansion', depth: 0 }, 2];
  return next.startsWith('`') ? [{ kind: 'backquotes', depth: 0 }, 1] : undefined;
}
