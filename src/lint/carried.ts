import type { ShellWord } from './shell-words.ts';

/** What a command runs besides itself. */
export interface Carried {
  /** Words of other commands: `find -exec`. */
  readonly commands?: readonly (readonly ShellWord[])[];
  /** Shell text. */
  readonly texts?: readonly ShellWord[];
  /** Code of another language, or a file of it. */
  readonly code?: readonly ShellWord[];
  /** What it reads from its input is code: of the shell, or of its own language. */
  readonly input?: 'shell' | 'other';
}

type Words = readonly ShellWord[];

/** Programs that run text, their input, or words in the middle of their own. Those that only stand in front: shell/carriers.ts. */
const table: readonly (readonly [program: RegExp, carried: (args: Words) => Carried])[] = [
  [/^(?:ba|da|a|k|mk|z|c|tc|fi)?sh$/, shell],
  [/^(?:su|runuser)$/, (args) => texts(optionText(args, 'c')) ?? { input: 'shell' }],
  [/^sg$/, (args) => texts(optionText(args, 'c') ?? args[1]) ?? { input: 'shell' }],
  [/^parallel$/, (args) => texts(joined(beforeInputs(behindOptions(args, 'jNnISaP')))) ?? { input: 'shell' }],
  [/^(?:flock|script)$/, (args) => texts(optionText(args, 'c')) ?? {}],
  [/^env$/, (args) => texts(optionText(args, 'S')) ?? {}],
  [/^eval$/, (args) => texts(joined(args)) ?? {}],
  [/^trap$/, ([action]) => (action === undefined || action.text === '-' ? {} : { texts: [action] })],
  [/^watch$/, (args) => texts(joined(behindOptions(args, 'n'))) ?? {}],
  [/^ssh$/, (args) => texts(joined(behindOptions(args, 'BbcDEeFIiJLlmOopQRSWw').slice(1))) ?? { input: 'shell' }],
  [/^(?:at|batch)$/, () => ({ input: 'shell' })],
  [/^(?:source|\.)$/, ([file]) => (file === undefined ? {} : { code: [file] })],
  [/^find$/, (args) => ({ commands: findCommands(args) })],
  [/^(?:python[0-9.]*|perl|ruby|node|php|lua)$/, interpreter],
];

/** What this command, behind everything that only stands in front of it, runs besides itself. */
export function carriedBy(program: string, args: Words): Carried {
  return table.find(([name]) => name.test(program))?.[1](args) ?? {};
}

function shell(args: Words): Carried {
  const [first, ...others] = behindOptions(args, 'oO');
  const options = args.slice(0, args.length - others.length - (first === undefined ? 0 : 1));
  const has = (letter: string): boolean => options.some(({ text }) => new RegExp(`^-\\w*${letter}`).test(text));
  if (has('c')) return texts(first) ?? {};
  return has('s') || first === undefined || first.text === '-' ? { input: 'shell' } : { code: [first] };
}

function interpreter(args: Words): Carried {
  const code = args.filter((_, at) => /^-\w*[cerE]$|^--(?:eval|print|run)$/.test(args[at - 1]?.text ?? ''));
  const [first] = behindOptions(args, '');
  const pip = args.findIndex(({ text }, at) => text === 'pip' && args[at - 1]?.text === '-m');
  if (pip !== -1) return { commands: [args.slice(pip)] };
  if (code.length > 0) return { code };
  return first === undefined || first.text === '-' ? { input: 'other' } : { code: [first] };
}

/** The text of `-c TEXT`, `-cTEXT`, `--command TEXT` or `--command=TEXT`, wherever it stands. */
function optionText(args: Words, letter: 'c' | 'S'): ShellWord | undefined {
  const option = letter === 'c' ? /^(?:-[A-Za-z]*?c|--(?:session-)?command=?)/ : /^(?:-[A-Za-z]*?S|--split-string=?)/;
  const at = args.findIndex(({ text }) => option.test(text));
  const word = args[at];
  if (word === undefined) return undefined;
  const rest = word.text.replace(option, '');
  return rest === '' ? args[at + 1] : { ...word, text: rest };
}

/** The words behind the options; `valued`: letters of options whose value is the next word. */
function behindOptions(args: Words, valued: string): Words {
  let at = 0;
  for (let text = args[at]?.text; text !== undefined && /^[-+]./.test(text); text = args[at]?.text) {
    at += valued.includes(text.at(-1) ?? ' ') && !text.startsWith('--') ? 2 : 1;
    if (text === '--') break;
  }
  return args.slice(at);
}

/** What `parallel` runs, before the values that it gets: `parallel CMD ::: a b`. */
function beforeInputs(args: Words): Words {
  const end = args.findIndex(({ text }) => /^::::?\+?$/.test(text));
  return end === -1 ? args : args.slice(0, end);
}

function joined(words: Words): ShellWord | undefined {
  const [first] = words;
  if (first === undefined) return undefined;
  const text = words.map((word) => word.text).join(' ');
  return { ...first, text, end: words.at(-1)?.end ?? first.end, made: words.flatMap(({ made }) => made) };
}

function texts(word: ShellWord | undefined): Carried | undefined {
  return word === undefined ? undefined : { texts: [word] };
}

/** `-exec CMD {} ;`, `-execdir CMD {} +`, and those that ask first. */
function findCommands(args: Words): readonly Words[] {
  return args.flatMap(({ text }, at) => {
    if (!/^-(?:exec|ok)(?:dir)?$/.test(text)) return [];
    const rest = args.slice(at + 1);
    const end = rest.findIndex((word) => /^[;+]$/.test(word.text));
    return [end === -1 ? rest : rest.slice(0, end)];
  });
}
