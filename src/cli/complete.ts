import type { Argument, Command, Option } from 'commander';

/** What the words before the cursor lead to. */
export interface Place {
  readonly command: Command;
  /** The option whose value is being typed. */
  readonly option?: Option;
  /** The argument that is being typed. */
  readonly argument?: Argument;
  /** The arguments before it. */
  readonly args: readonly string[];
  /** What stands before the part that is completed: `--limit=`. */
  readonly before: string;
  /** The part that is completed. */
  readonly typed: string;
  /** Values of options that stand on the line already, by attribute name. */
  readonly given: ReadonlyMap<string, readonly string[]>;
}

/** A word that may stand there, and what it means. */
export interface Candidate {
  readonly word: string;
  readonly meaning?: string;
  /** The meaning is a name too: who begins to type it gets the word. */
  readonly alsoByMeaning?: true;
}

/** Reads a line that is being typed (without the program's own name; its last word may be empty). Never fails. */
export function placeOf(program: Command, words: readonly string[]): Place {
  let command = program;
  let option: Option | undefined;
  const args: string[] = [];
  const given = new Map<string, string[]>();
  const typed = words.at(-1) ?? '';
  for (const word of words.slice(0, -1)) {
    if (option !== undefined) {
      given.set(option.attributeName(), [...(given.get(option.attributeName()) ?? []), word]);
      option = undefined;
    } else if (word.startsWith('-')) {
      const found = valuedIn(command, word);
      if (found === undefined) continue;
      const name = found.option.attributeName();
      if (found.value === undefined) option = found.option;
      else given.set(name, [...(given.get(name) ?? []), found.value]);
    } else {
      const next = args.length === 0 ? command.commands.find((each) => each.name() === word) : undefined;
      if (next === undefined) args.push(word);
      else command = next;
    }
  }
  if (option !== undefined) return { command, option, args, before: '', typed, given };
  const joined = valuedIn(command, typed);
  if (joined?.value !== undefined)
    return { command, option: joined.option, args, before: joined.before, typed: joined.value, given };
  const known = command.registeredArguments;
  const argument = known[Math.min(args.length, known.length - 1)];
  return { command, args, before: '', typed, given, ...(argument === undefined ? {} : { argument }) };
}

/** The option in a word that takes a value, and the value where it is in the word too: `--limit=web`, `-lweb`, `-Clweb`. */
function valuedIn(
  command: Command,
  word: string,
): { readonly option: Option; readonly before: string; readonly value: string | undefined } | undefined {
  if (word.startsWith('--')) {
    const at = word.indexOf('=');
    const option = optionOf(command, at < 0 ? word : word.slice(0, at));
    if (option === undefined || !takesValue(option)) return undefined;
    return { option, before: word.slice(0, at + 1), value: at < 0 ? undefined : word.slice(at + 1) };
  }
  for (let at = 1; word.startsWith('-') && at < word.length; at++) {
    const option = optionOf(command, `-${word[at]}`);
    if (option === undefined) return undefined;
    if (!takesValue(option)) continue;
    const value = word.slice(at + 1);
    return { option, before: word.slice(0, at + 1), value: value === '' ? undefined : value };
  }
  return undefined;
}

/** What the program itself knows of a place: commands, options, choices. Hidden ones are not offered. */
export function ownCandidates({ command, option, argument, typed }: Place): readonly Candidate[] {
  if (option !== undefined) return (option.argChoices ?? []).map((word) => ({ word }));
  if (typed.startsWith('-')) {
    const shown = command.options.filter((each) => !each.hidden);
    return [...shown, ...helpOf(command)].flatMap(({ long, short, description }) => {
      const flags = typed.startsWith('--') || short === undefined ? [long] : [long, short];
      return flags.flatMap((word) => (word === undefined || word === null ? [] : [{ word, meaning: description }]));
    });
  }
  const choices = (argument?.argChoices ?? []).map((word) => ({ word }));
  const commands = command.commands.filter((each) => !isHidden(each));
  return [...choices, ...commands.map((each) => ({ word: each.name(), meaning: each.description() }))];
}

/** Whether a command is left out of help. Commander keeps it to itself. */
export function isHidden(command: Command): boolean {
  return command.name().startsWith('__');
}

function helpOf(command: Command): readonly Pick<Option, 'long' | 'short' | 'description'>[] {
  return command.options.some(({ long }) => long === '--help')
    ? []
    : [{ long: '--help', short: '-h', description: 'display help for command' }];
}

function optionOf(command: Command, flag: string): Option | undefined {
  return command.options.find(({ long, short }) => long === flag || short === flag);
}

function takesValue({ required, optional }: Option): boolean {
  return required || optional;
}
