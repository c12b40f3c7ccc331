import { isObject } from '../model/json.ts';
import { baseNames } from '../shell/carriers.ts';
import type { Context } from './context.ts';
import type { Path } from './parse-yaml.ts';
import { listOf, textOf } from './raw.ts';
import { parsesArguments, parsesInput } from './shell-commands.ts';
import { findHoles, type Hole, maskHoles, refuseRaw, reparsed } from './shell-text.ts';
import { codeParsesArguments } from './walk-shell.ts';

/**
 * Params of a command. Each interpolation is one argument, which is data as long as nothing parses it again: the rule of
 * scripts holds for `[sh, -c, "…"]` and the like, and for what such a program reads from `stdin`.
 */
export function checkArguments(context: Context, params: unknown, path: Path): void {
  if (!isObject(params)) return;
  const raw = listOf(params['command']).map(String);
  const words = raw.map((word) => maskHoles(word, findHoles(word)));
  for (const [index, text] of raw.entries()) {
    for (const hole of findHoles(text)) {
      const begun = (words[index] ?? '').slice(0, hole.start);
      const before = words.slice(0, index);
      if (parsesArguments(before, begun) || codeParsesArguments(before))
        refuse(context, [...path, 'command', index], hole, asArgument(words, hole));
    }
  }
  if (!parsesInput(words)) return;
  for (const hole of findHoles(textOf(params['stdin']) ?? ''))
    refuse(context, [...path, 'stdin'], hole, asArgument(words, hole));
}

function refuse({ report }: Context, path: Path, hole: Hole, help: string): void {
  const { start, end, cel } = hole;
  const raw = refuseRaw(cel, start, end);
  const problem = raw ?? { ...reparsed(start, end), help };
  report.inside(path, start, end, problem.code, problem.message, { help: problem.help });
  // Nothing else knows raw().
  if (raw !== undefined) report.silence(path, 'value');
}

/** How the program that parses text takes data. */
function asArgument(words: readonly string[], { cel }: Hole): string {
  const data = cel.includes('"') ? '"${{ … }}"' : `"\${{ ${cel} }}"`;
  const names = baseNames(words);
  const program = names.find((name) => parsing.test(name));
  switch (program) {
    case undefined:
      return `call what it would run itself, with the data as an argument: [PROGRAM, ${data}]`;
    case 'awk':
    case 'gawk':
    case 'mawk':
    case 'nawk':
      return `hand it over in its environment: env: { NAME: ${data} }, which awk reads as ENVIRON["NAME"]`;
    case 'sed':
      return `let awk do it, with env: { NAME: ${data} }, which it reads as ENVIRON["NAME"]`;
    case 'perl':
      return `pass it as an argument: [perl, -e, 'print $ARGV[0]', --, ${data}]`;
    case 'ruby':
      return `pass it as an argument: [ruby, -e, 'puts ARGV[0]', --, ${data}]`;
    case 'node':
      return `pass it as an argument: [node, -e, 'console.log(process.argv[1])', --, ${data}]`;
    case 'php':
      return `pass it as an argument: [php, -r, 'echo $argv[1];', --, ${data}]`;
    case 'su':
      return `call the program without a shell: [runuser, -u, USER, --, PROGRAM, ${data}]`;
    case 'ssh':
      return `put that host into the inventory and say \`delegate_to: HOST\`: there [PROGRAM, ${data}] runs without a second shell`;
    case 'psql':
      return `hand it over in its environment: env: { NAME: ${data} }, and stdin: "\\\\getenv name NAME", then :'name' in the SQL (psql 15)`;
    case 'eval':
      return `eval is no program, and runs data: call the program itself: [PROGRAM, ${data}]`;
    default:
      if (program.startsWith('python'))
        return `pass it as an argument: [${program}, -c, 'import sys; print(sys.argv[1])', ${data}]`;
      return `pass it as an argument: [${program}, -c, 'echo "$1"', ${program}, ${data}]`;
  }
}

/** Programs that have a way of their own to take data. */
const parsing = /^(?:(?:ba|da|a|k|z)?sh|python[0-9.]*|perl|ruby|node|php|[gmn]?awk|sed|su|ssh|psql|eval)$/;
