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

/** Commands that run another one: letters of their options with a value, and how many words come before it. */
const wrappers: Readonly<Record<string, readonly [options: string, operands: number]>> = {
  sudo: ['ughpCTRDrtU', 0],
  doas: ['uC', 0],
  env: ['uCS', 0],
  timeout: ['sk', 1],
  nice: ['n', 0],
  ionice: ['cnp', 0],
  nohup: ['', 0],
  setsid: ['', 0],
  time: ['fo', 0],
  exec: ['a', 0],
  command: ['', 0],
  builtin: ['', 0],
  chroot: ['', 1],
  stdbuf: ['ioe', 0],
  xargs: ['InPLdsEa', 0],
  'systemd-run': ['uptH', 0],
  busybox: ['', 0],
};
const shells = /^(?:sh|bash|dash|ash|ksh|zsh)$/;
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
  const inner = depth >= 3 ? undefined : innerScript(rest);
  if (inner === undefined) return [own];
  const commands = simpleCommands(inner).flatMap((command) => unwrapped(command, depth + 1));
  return [own, ...commands.map((command) => ({ ...command, start, end }))];
}

/** What `sh -c` is given to run. */
function innerScript(words: readonly ShellWord[]): string | undefined {
  const texts = words.map((word) => word.text);
  if (!shells.test((texts[0] ?? '').replace(/^.*\//, ''))) return undefined;
  const option = texts.findIndex((text) => /^-[A-Za-z]*c$/.test(text));
  return option === -1 ? undefined : texts[option + 1];
}

function withoutWrappers(words: readonly ShellWord[]): readonly ShellWord[] {
  let at = 0;
  while (keyword.test(words[at]?.text ?? 'x')) at += 1;
  for (let name = nameAt(words, at); Object.hasOwn(wrappers, name); name = nameAt(words, at)) {
    // `command -v x` only asks.
    if (name === 'command' && /^-[vV]/.test(words[at + 1]?.text ?? '')) return words.slice(at);
    const [options, operands] = wrappers[name] ?? ['', 0];
    at += 1;
    for (let text = words[at]?.text; text !== undefined && /^-|^\w+=/.test(text); text = words[at]?.text) {
      at += /^-[A-Za-z]$/.test(text) && options.includes(text.charAt(1)) ? 2 : 1;
    }
    at += operands;
  }
  return words.slice(at);
}

function nameAt(words: readonly ShellWord[], at: number): string {
  return words[at]?.text.replace(/^.*\//, '') ?? '';
}
