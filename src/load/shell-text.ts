import { parseText } from '../expr/text.ts';
import type { ShellPlace } from './shell-frame.ts';
import { walkShell } from './walk-shell.ts';

/** A variable that stands for one interpolation. */
interface ShellVariable {
  readonly name: string;
  readonly cel: string;
  /** Of the CEL in the script as written. */
  readonly offset: number;
}

interface ShellProblem {
  readonly code: 'shell/place' | 'shell/raw' | 'shell/too-many' | 'cel/syntax';
  readonly message: string;
  /** Offsets into the script as written. */
  readonly start: number;
  readonly end: number;
  readonly help?: string;
}

export interface ReplacedScript {
  readonly text: string;
  readonly variables: readonly ShellVariable[];
  readonly problems: readonly ShellProblem[];
}

/**
 * Replaces each `${{ }}` of a shell script by a variable: bare `"${MG_1}"`, inside double quotes and unquoted
 * here-documents `${MG_1}`. Wherever the shell would parse the value again, or not expand it, it is a problem instead.
 */
export function replaceInterpolations(script: string): ReplacedScript {
  const parsed = parseText(script);
  if (parsed.problems.length > 0) {
    return {
      text: script,
      variables: [],
      problems: parsed.problems.map(({ message, start, end }) => ({ code: 'cel/syntax', message, start, end })),
    };
  }
  const holes = findHoles(script);
  const excess = holes[maxHoles];
  if (excess !== undefined) return { text: script, variables: [], problems: [tooMany(excess)] };
  const places = findPlaces(script, holes);
  const variables: ShellVariable[] = [];
  const problems: ShellProblem[] = [];
  let text = '';
  let at = 0;
  for (const { start, end, cel, celStart } of holes) {
    text += script.slice(at, start);
    at = end;
    const place = places.get(start) ?? 'lost';
    const problem = refuseRaw(cel, start, end) ?? problemOf(place, start, end);
    if (problem !== undefined) problems.push(problem);
    const name = `MG_${variables.length + 1}`;
    variables.push({ name, cel, offset: celStart });
    text += place === 'bare' ? `"\${${name}}"` : `\${${name}}`;
  }
  return { text: text + script.slice(at), variables: problems.length > 0 ? [] : variables, problems };
}

/** Each one looks at the whole command it stands in. */
const maxHoles = 200;

/** One `${{ }}` in a text. */
export interface Hole {
  readonly start: number;
  readonly end: number;
  readonly cel: string;
  readonly celStart: number;
}

export function findHoles(script: string): readonly Hole[] {
  return parseText(script).parts.flatMap((part) => {
    if (part.kind === 'text') return [];
    const start = script.lastIndexOf('${{', part.start);
    return [{ start, end: script.indexOf('}}', part.end) + 2, cel: part.source, celStart: part.start }];
  });
}

/** Each hole as a word of the same length, so that offsets stay. */
export function maskHoles(text: string, holes: readonly Hole[]): string {
  let masked = '';
  let from = 0;
  for (const { start, end } of holes) {
    masked += text.slice(from, start) + 'X'.repeat(end - start);
    from = end;
  }
  return masked + text.slice(from);
}

function findPlaces(script: string, holes: readonly Hole[]): ReadonlyMap<number, ShellPlace> {
  return walkShell(
    maskHoles(script, holes),
    holes.map((hole) => hole.start),
  );
}

function tooMany({ start, end }: Hole): ShellProblem {
  const message = `more than ${maxHoles} interpolations in one script`;
  return { code: 'shell/too-many', message, start, end, help: 'hand the data over as one value: stdin:' };
}

/** What is wrong with `raw( … )`, when it is one. */
export function refuseRaw(cel: string, start: number, end: number): ShellProblem | undefined {
  if (!/^raw\s*\(/.test(cel)) return undefined;
  const message = 'raw() is not built yet: data cannot become shell text';
  return {
    code: 'shell/raw',
    message,
    start,
    end,
    help: 'pass the value as it is, or choose between two calls with `when`',
  };
}

const reasons: Readonly<Record<Exclude<ShellPlace, 'bare' | 'double-quoted' | 'here-document'>, string>> = {
  'single-quoted': "inside '…' the shell expands nothing",
  'quoted-here-document': 'in a here-document with a quoted word the shell expands nothing',
  comment: 'in a comment',
  backquotes: 'inside backquotes the shell parses the text twice',
  arithmetic: 'inside $(( )) the shell evaluates the value',
  reparsed: 'here the text is parsed once more, by eval, a shell or another interpreter',
  command: 'here the value would say which command is run',
  expansion: 'inside ${…} the shell would take the value for a part of its own grammar',
  lost: 'here the quoting of the script could not be followed',
};

/** What is wrong with data that something parses again. */
export function reparsed(start: number, end: number): ShellProblem {
  const message = `${reasons.reparsed}: an interpolation cannot stand here`;
  const help = 'hand it over: env: { NAME: "${{ … }}" }, then "$NAME"; or as an argument, "$1"';
  return { code: 'shell/place', message, start, end, help };
}

function problemOf(place: ShellPlace, start: number, end: number): ShellProblem | undefined {
  if (place === 'bare' || place === 'double-quoted' || place === 'here-document') return undefined;
  const problem = { ...reparsed(start, end), message: `${reasons[place]}: an interpolation cannot stand here` };
  if (place === 'comment') return { ...problem, help: 'remove it from the comment' };
  if (place !== 'command') return problem;
  const help = 'write the command itself; choose between several with `case`, or between calls with `when`';
  return { ...problem, help };
}
