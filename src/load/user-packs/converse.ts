import type { Answer } from '../../model/command.ts';
import { canonicalJson, isObject } from '../../model/json.ts';
import type { Inspector } from '../../model/probe.ts';
import { Unknown } from '../../model/unknown.ts';
import { readCommands } from './read-commands.ts';
import { type Reply, runProgram } from './run-program.ts';

/** The version of what is spoken, in every question. */
export const protocolVersion = 1;

/** Often enough for any look that needs the answer of one command to ask for the next. */
const mostRounds = 8;

/** An executable that answers questions. */
export interface Program {
  ask(question: Readonly<Record<string, unknown>>): Promise<Reply>;
}

/** A program by its file. A question before any command ran has the same reply for every host: it is asked once. */
export function programOf(file: string): Program {
  const first = new Map<string, Promise<Reply>>();
  return {
    ask(question) {
      const whole = { mendgate: protocolVersion, ...question };
      const { answers } = question;
      if (!Array.isArray(answers) || answers.length > 0) return runProgram(file, whole);
      const key = canonicalJson(whole);
      const known = first.get(key) ?? runProgram(file, whole);
      first.set(key, known);
      return known;
    },
  };
}

/**
 * Asks a program about a host until it knows: as long as it replies with commands, they are run there (together, read-only)
 * and their answers are given to it. Gives its last reply, or why there is none.
 */
export async function converse(
  program: Program,
  question: Readonly<Record<string, unknown>> & { readonly name: string },
  host: Inspector,
): Promise<Readonly<Record<string, unknown>> | Unknown> {
  const answers: Omit<Answer, 'ms'>[] = [];
  const broken = (why: string): Unknown => new Unknown(`${question.name} is broken: ${why}`);
  for (let round = 0; round < mostRounds; round += 1) {
    const reply = await program.ask({ ...question, answers });
    if (reply.kind === 'failed') return broken(reply.why);
    const { value } = reply;
    if (!isObject(value)) return broken('its reply is no JSON object');
    if (typeof value['unreadable'] === 'string') return new Unknown(value['unreadable']);
    if (value['commands'] === undefined) return value;
    const commands = readCommands(value['commands']);
    if (typeof commands === 'string') return broken(commands);
    if (commands.length === 0) return broken('it asked for no commands and gave no answer');
    const given = await Promise.all(commands.map((command) => host.run(command)));
    answers.push(...given.map(({ rc, stdout, stderr, truncated }) => ({ rc, stdout, stderr, truncated })));
  }
  return broken(`it still asked for commands after ${mostRounds} rounds`);
}
