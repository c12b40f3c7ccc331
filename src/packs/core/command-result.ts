import { constants } from 'node:os';
import type { Answer } from '../../model/command.ts';
import type { Schema } from '../../model/schema.ts';
import { firstLine } from './why-not.ts';

/** What every declared command answers. */
export const commandResultProperties = {
  rc: { type: 'integer', description: 'Exit code' },
  stdout: { type: 'string', description: 'Everything it wrote to standard output' },
  stderr: { type: 'string', description: 'Everything it wrote to standard error' },
  text: { type: 'string', description: 'Standard output without white space at both ends' },
  lines: {
    type: 'array',
    items: { type: 'string', description: 'One line' },
    description: 'Standard output by lines, without line ends and without the empty rest after the last one',
  },
} as const satisfies { readonly [name: string]: Schema };

export interface CommandResult {
  readonly rc: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly text: string;
  readonly lines: readonly string[];
}

/** An answer as the runbook sees it. */
export function commandResult(answer: Answer): CommandResult {
  const whole = answer.stdout.replace(/\r?\n$/, '');
  return {
    rc: answer.rc,
    stdout: answer.stdout,
    stderr: answer.stderr,
    text: answer.stdout.trim(),
    lines: whole === '' ? [] : whole.split(/\r?\n/),
  };
}

const signalNames = new Map<number, string>(Object.entries(constants.signals).map(([name, number]) => [number, name]));

/**
 * Why a command's end is no answer: it could not be run (126, 127), a signal ended it, or output was lost. Any other exit
 * code is an answer (LANGUAGE, Scoping 4). A shell cannot tell a signal from an exit code of 128+n, so 129–159 count as
 * signals, and the codes above (255 is common) do not.
 */
export function noAnswer(answer: Answer, what: string): string | undefined {
  if (answer.truncated) return `${what} wrote more than what is kept`;
  if (answer.rc === 127) return `${what} was not found (exit code 127)${saying(answer)}`;
  if (answer.rc === 126) return `${what} could not be run (exit code 126)${saying(answer)}`;
  if (answer.rc > 128 && answer.rc < 160) {
    return `${what} was ended by ${signalNames.get(answer.rc - 128) ?? `signal ${answer.rc - 128}`} (exit code ${answer.rc})`;
  }
  return undefined;
}

function saying(answer: Answer): string {
  const line = firstLine(answer.stderr);
  return line === '' ? '' : `: ${line}`;
}
