import { type HostOutcome, type RunResult, resumeOptions, stateOption, type Verdict } from '../index.ts';
import type { Io } from './io.ts';
import type { StateOptions } from './options.ts';

/** The end of a bad run: how to go on with it, and how to have it undone. */
export function printResume(
  io: Io,
  { run, outcomes, exitCode }: Pick<RunResult, 'run' | 'outcomes' | 'exitCode'>,
  options: StateOptions,
): void {
  if (exitCode === 0) return;
  const goesOn = ({ verdict, stopped }: HostOutcome): Verdict => (stopped === true ? 'not_started' : verdict);
  const again = resumeOptions(outcomes.map(goesOn));
  if (again !== undefined) {
    const command = ['mendgate', 'resume', run, ...again].join(' ');
    io.stderr.write(`To go on with these hosts: ${command}${stateOption(options.stateDir)}\n`);
  }
  printUndo(io, { run, outcomes }, options);
}

/** A resume that found no host to go on with: how the run has ended, and what there is to type. */
export function printNothingLeft(
  io: Io,
  { run, outcomes, exitCode }: Pick<RunResult, 'run' | 'outcomes' | 'exitCode'>,
  options: StateOptions,
): void {
  const counts = new Map<string, number>();
  for (const { verdict } of outcomes) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  const ends = [...counts].map(([verdict, count]) => `${count} ${verdict.replaceAll('_', ' ')}`).join(', ');
  io.stderr.write(
    `Run ${run} has ended on every host (${ends}): nothing is left to go on with. No host was touched.\n`,
  );
  printResume(io, { run, outcomes, exitCode }, options);
  if (exitCode === 0) printUndo(io, { run, outcomes }, options);
}

function printUndo(io: Io, { run, outcomes }: Pick<RunResult, 'run' | 'outcomes'>, options: StateOptions): void {
  if (!outcomes.some(({ standing = [] }) => standing.length > 0)) return;
  io.stderr.write(`To take back what it changed: mendgate undo ${run}${stateOption(options.stateDir)}\n`);
}
