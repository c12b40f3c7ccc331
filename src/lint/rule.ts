import type { Path } from './cel-parts.ts';
import type { Script, View } from './view.ts';

/** What a rule found, and where: a value, a key, or some characters inside a string. */
export interface Finding {
  readonly path: Path;
  readonly part?: 'key' | 'value';
  /** Offsets inside the string at `path`. */
  readonly inside?: readonly [start: number, end: number];
  readonly message: string;
  /** Absent: the rule's own `instead`. */
  readonly help?: string;
}

/** One thing that lint looks for. */
export interface Rule {
  /** `lint/NAME`: stable, and what a waiver names. */
  readonly id: string;
  /** `error`: does harm, or hides it. `warning`: probably not what is meant. */
  readonly severity: 'error' | 'warning';
  /** What is wrong, in a few words. */
  readonly title: string;
  readonly reason: string;
  /** The better way. */
  readonly instead: string;
  /** Parts of runbooks: a document, or the inside of a step. */
  readonly example: { readonly bad: string; readonly good: string };
  /** Absent: the check of the runbook itself, or of the waivers, tells it. */
  readonly check?: (view: View) => readonly Finding[];
}

/** A rule about what scripts and commands run; `finds` gives what is wrong with a script's command, in words. */
export function commandRule(
  rule: Omit<Rule, 'check'> & {
    readonly finds: (command: Script['commands'][number], script: Script) => string | undefined;
    /** What it looks for outside of scripts. */
    readonly also?: (view: View) => readonly Finding[];
  },
): Rule {
  const { finds, also, ...rest } = rule;
  return {
    ...rest,
    check: (view) => [
      ...view.scripts.flatMap((script) =>
        script.commands.flatMap((command): readonly Finding[] => {
          const message = finds(command, script);
          return message === undefined ? [] : [at(script, command, message)];
        }),
      ),
      ...(also?.(view) ?? []),
    ],
  };
}

function at({ path, text }: Script, { start, end }: Script['commands'][number], message: string): Finding {
  return text === undefined ? { path, message } : { path, inside: [start, end], message };
}

/** Whether a command is this program with all of these words among its arguments. */
export function runs(
  argv: readonly string[],
  program: string | RegExp,
  ...words: readonly (string | RegExp)[]
): boolean {
  const [name = '', ...rest] = argv;
  const is = (text: string, wanted: string | RegExp): boolean =>
    typeof wanted === 'string' ? text === wanted : wanted.test(text);
  return is(name, program) && words.every((wanted) => rest.some((text) => is(text, wanted)));
}
