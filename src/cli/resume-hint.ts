import { type RunResult, resumeOptions, shellWord } from '../index.ts';
import type { Io } from './io.ts';
import type { StateOptions } from './options.ts';

/** The end of a bad run: how to go on with it. */
export function printResume(io: Io, { run, outcomes, exitCode }: RunResult, { stateDir }: StateOptions): void {
  if (exitCode === 0) return;
  const place = stateDir === undefined ? [] : ['--state-dir', shellWord(stateDir)];
  for (const option of resumeOptions(outcomes.map(({ verdict }) => verdict))) {
    const words = ['mendgate', 'resume', run, option, ...place].filter((word) => word !== '');
    io.stderr.write(`To go on with these hosts: ${words.join(' ')}\n`);
  }
}
