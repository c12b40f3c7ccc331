import { behindCarriers, programName } from '../shell/carriers.ts';
import { type Carried, carriedBy } from './carried.ts';
import { type ShellWord, type SimpleCommand, simpleCommands } from './shell-words.ts';

/** A command as lint's rules look at it. */
export interface Command {
  /** Program, without its folder, and arguments: behind `sudo`, `env`, `timeout`, assignments and words like `if`. */
  readonly argv: readonly string[];
  readonly writes: readonly string[];
  readonly piped: boolean;
  /** What it reads, where the script says so: a here-document, or what `echo` pipes into it. */
  readonly input: string | undefined;
  /** Commands, as `argv`, whose output it runs as code: `curl … | sh`, `sh -c "$(curl …)"`. */
  readonly parses: readonly (readonly string[])[];
  /** Files whose code it runs: `sh FILE`, `. FILE`, `/path/FILE`. */
  readonly files: readonly string[];
  /** Offsets in the script. */
  readonly start: number;
  readonly end: number;
}

const keyword = /^(?:if|then|else|elif|while|until|do|!|\{|\}|case|esac|fi|done|[A-Za-z_]\w*=.*)$/s;

/** Nobody means to nest deeper; each level is looked at anew. */
const deepest = 4;

/** All commands of a script, with those that others carry: `sudo`, `find -exec`, `sh -c`, `su -c`, `eval`, `sh <<EOF`. */
export function commandsOf(script: string): readonly Command[] {
  return simpleCommands(script).flatMap((command) => unwrapped(command, 0));
}

/** The commands of an argument list; offsets are 0. */
export function commandOfWords(words: readonly string[]): readonly Command[] {
  return unwrapped(ofWords(words.map((text) => ({ text, start: 0, end: 0, made: [] }))), 0);
}

/** Offsets of the words that a script hands to something which parses them once more: `sh -c '…'`, `eval "…"`. */
export function parsedAgain(script: string): readonly Pick<ShellWord, 'start' | 'end'>[] {
  return simpleCommands(script).flatMap(({ words }) => {
    const [program, ...args] = withoutCarriers(words);
    return program === undefined ? [] : (carriedBy(programName(program.text), args).texts ?? []);
  });
}

function unwrapped(command: SimpleCommand, depth: number): readonly Command[] {
  const { words, writes, piped } = command;
  const [program, ...args] = withoutCarriers(words);
  const carried = program === undefined || depth >= deepest ? {} : carriedBy(programName(program.text), args);
  const start = (words[0] ?? writes[0])?.start ?? 0;
  const end = Math.max(start, ...[...words, ...writes].map((word) => word.end));
  const input = inputOf(command);
  const own: Command = {
    argv: argvOf(command),
    writes: writes.map(({ text }) => text),
    piped,
    input: input?.text,
    parses: feeding(command, carried).map(argvOf),
    files: [program, ...(carried.code ?? [])].flatMap((word) => (word?.text.includes('/') ? [word.text] : [])),
    start,
    end,
  };
  const here = (commands: readonly Command[]): readonly Command[] => commands.map((each) => ({ ...each, start, end }));
  const inside = (text: string): readonly Command[] =>
    simpleCommands(text).flatMap((each) => unwrapped(each, depth + 1));
  const read = carried.input === 'shell' && input !== undefined ? inside(input.text) : [];
  return [
    own,
    ...(carried.commands ?? []).flatMap((each) => here(unwrapped(ofWords(each), depth + 1))),
    ...(carried.texts ?? []).flatMap(({ text }) => here(inside(text))),
    ...words.flatMap(({ text }) => here(inside(remoteShell(text)))),
    // A here-document stands in the script as it is read: its commands keep their own places.
    ...(input?.at === undefined ? here(read) : moved(read, input.at)),
  ];
}

/** The command line by which git or rsync reaches another host, as a setting of the environment or of git. */
function remoteShell(word: string): string {
  return /^(?:GIT_SSH_COMMAND|RSYNC_RSH|core\.sshCommand)=(.*)$/is.exec(word)?.[1] ?? '';
}

function ofWords(words: readonly ShellWord[]): SimpleCommand {
  return { words, writes: [], input: [], piped: false, upstream: [] };
}

function moved(commands: readonly Command[], by: number): readonly Command[] {
  return commands.map((each) => ({ ...each, start: each.start + by, end: each.end + by }));
}

/** What a command reads, as far as the script itself says it; `at`: where that stands, word for word. */
function inputOf({ input, upstream }: SimpleCommand): { readonly text: string; readonly at?: number } | undefined {
  const [given] = input.filter(({ from }) => from === 'text');
  if (given !== undefined) return given.text.length === given.end - given.start ? { ...given, at: given.start } : given;
  const [feeder, ...others] = upstream;
  if (feeder === undefined || others.length > 0) return undefined;
  const [program, ...args] = argvOf(feeder);
  switch (program) {
    case 'echo':
      return { text: args.filter((text) => !/^-[neE]+$/.test(text)).join(' ') };
    case 'printf':
      return { text: args.join(' ').replaceAll('\\n', '\n') };
    case 'cat':
      return args.length === 0 ? inputOf(feeder) : undefined;
    case 'tee':
      return inputOf(feeder);
    default:
      return undefined;
  }
}

/** Commands whose output a command runs: in its text, as its file, or through its input. */
function feeding(command: SimpleCommand, { texts = [], code = [], input: reads }: Carried): readonly SimpleCommand[] {
  const made = [...texts, ...code, ...(reads === undefined ? [] : command.input)].flatMap((word) => word.made);
  if (reads === undefined) return made;
  const feeders = new Set(command.upstream);
  // What is added on the way is walked too.
  for (const feeder of feeders) for (const other of feeder.upstream) feeders.add(other);
  return [...made, ...feeders];
}

function argvOf({ words }: SimpleCommand): readonly string[] {
  const [program, ...args] = withoutCarriers(words).map(({ text }) => text);
  if (program === undefined) return [];
  // What `service NAME` calls.
  const [, service] = /^\/etc\/(?:rc\.d\/)?init\.d\/([^/]+)$/.exec(program) ?? [];
  return service === undefined ? [programName(program), ...args] : ['service', service, ...args];
}

function withoutCarriers(words: readonly ShellWord[]): readonly ShellWord[] {
  let at = 0;
  while (keyword.test(words[at]?.text ?? 'x')) at += 1;
  const rest = words.slice(at);
  const texts = rest.map(({ text }) => text);
  // A name behind it is being defined, not run.
  return texts[0] === 'function' ? rest : rest.slice(behindCarriers(texts));
}
