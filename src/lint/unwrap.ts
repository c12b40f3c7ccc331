import { baseNames, commandIndex, isShell, shellCodeIndex } from '../shell/wrappers.ts';
import { type ShellWord, type SimpleCommand, simpleCommands } from './shell-words.ts';

/** A command as lint's rules look at it. */
export interface Command {
  /** Program, without its folder, and arguments: behind `sudo`, `env`, `timeout`, assignments and words like `if`. */
  readonly argv: readonly string[];
  readonly writes: readonly string[];
  readonly piped: boolean;
  /** Offsets in the script. */
  readonly start: number;
  readonly end: number;
}

const keyword = /^(?:if|then|else|elif|while|until|do|!|\{|\}|case|esac|fi|done|[A-Za-z_]\w*=.*)$/s;

/** All commands of a script, with those inside `sh -c '…'`. */
export function commandsOf(script: string): readonly Command[] {
  return simpleCommands(script).flatMap((command) => unwrapped(command, 0));
}

/** The command of an argument list; offsets are 0. */
export function commandOfWords(words: readonly string[]): readonly Command[] {
  const plain = words.map((text): ShellWord => ({ text, start: 0, end: 0 }));
  return unwrapped({ words: plain, writes: [], piped: false }, 0);
}

function unwrapped({ words, writes, piped }: SimpleCommand, depth: number): readonly Command[] {
  const rest = withoutWrappers(words);
  const start = (words[0] ?? writes[0])?.start ?? 0;
  const end = Math.max(start, ...[...words, ...writes].map((word) => word.end));
  const [program, ...others] = rest.map((word) => word.text);
  const targets = writes.map((word) => word.text);
  const argv = program === undefined ? [] : [program.replace(/^.*\//, ''), ...others];
  const own: Command = { argv, writes: targets, piped, start, end };
  const inner = depth >= 3 ? undefined : innerScript(argv);
  if (inner === undefined) return [own];
  const commands = simpleCommands(inner).flatMap((command) => unwrapped(command, depth + 1));
  return [own, ...commands.map((command) => ({ ...command, start, end }))];
}

/** What `sh -c` is given to run. */
function innerScript([program = '', ...rest]: readonly string[]): string | undefined {
  const code = isShell(program) ? shellCodeIndex(rest) : undefined;
  return code === undefined ? undefined : rest[code];
}

function withoutWrappers(words: readonly ShellWord[]): readonly ShellWord[] {
  const begin = words.findIndex(({ text }) => !keyword.test(text));
  if (begin === -1) return [];
  const rest = words.slice(begin);
  // A name behind it is being defined, not run.
  if (rest[0]?.text === 'function') return rest;
  return rest.slice(commandIndex(baseNames(rest.map(({ text }) => text))));
}
