import type { Argument, Command, Option } from 'commander';

/** What the words before the cursor lead to. */
export interface Place {
  readonly command: Command;
  /** The option whose value is being typed. */
  readonly option?: Option;
  /** The argument that is being typed. */
  readonly argument?: Argument;
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
  let position = 0;
  const given = new Map<string, string[]>();
  const typed = words.at(-1) ?? '';
  for (const word of words.slice(0, -1)) {
    if (option !== undefined) {
      given.set(option.attributeName(), [...(given.get(option.attributeName()) ?? []), word]);
      option = undefined;
    } else if (word.startsWith('-')) {
      const [flag = '', value] = splitFlag(word);
      const found = optionOf(command, flag);
      if (found === undefined || !takesValue(found)) continue;
      if (value === undefined) option = found;
      else given.set(found.attributeName(), [...(given.get(found.attributeName()) ?? []), value]);
    } else {
      const next = position === 0 ? command.commands.find((each) => each.name() === word) : undefined;
      if (next === undefined) position += 1;
      else command = next;
    }
  }
  if (option !== undefined) return { command, option, before: '', typed, given };
  const [flag = '', value] = splitFlag(typed);
  const joined = value === undefined ? undefined : optionOf(command, flag);
  if (joined !== undefined && value !== undefined)
    return { command, option: joined, before: `${flag}=`, typed: value, given };
  const args = command.registeredArguments;
  const argument = args[Math.min(position, args.length - 1)];
  return { command, before: '', typed, given, ...(argument === undefined ? {} : { argument }) };
}

/** What the program itself knows of a place: commands, options, choices. Hidden ones are not offered. */
export function ownCandidates({ command, option, typed }: Place): readonly Candidate[] {
  if (option !== undefined) return (option.argChoices ?? []).map((word) => ({ word }));
  if (typed.startsWith('-')) {
    const shown = command.options.filter((each) => !each.hidden);
    return [...shown, ...helpOf(command)].flatMap(({ long, short, description }) => {
      const flags = typed.startsWith('--') || short === undefined ? [long] : [long, short];
      return flags.flatMap((word) => (word === undefined || word === null ? [] : [{ word, meaning: description }]));
    });
  }
  return command.commands
    .filter((each) => !isHidden(each))
    .map((each) => ({ word: each.name(), meaning: each.description() }));
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

function splitFlag(word: string): readonly string[] {
  const at = word.startsWith('--') ? word.indexOf('=') : -1;
  return at < 0 ? [word] : [word.slice(0, at), word.slice(at + 1)];
}
