import { type RunResult, safeLine, type Verdict } from '../index.ts';
import type { Io } from './io.ts';
import type { StateOptions } from './options.ts';

/** What `resume` goes on with unasked, and what each of its options adds. */
const groups: readonly (readonly [option: string, verdicts: readonly Verdict[]])[] = [
  ['', ['not_started', 'unknown']],
  [' --failed', ['not_fixed', 'rolled_back', 'rollback_failed', 'undetermined', 'refused']],
  [' --unreachable', ['unreachable']],
];

/** The end of a bad run: how to go on with it. An option covers what goes on unasked, too. */
export function printResume(io: Io, { run, outcomes, exitCode }: RunResult, { stateDir }: StateOptions): void {
  if (exitCode === 0) return;
  const bad = groups.filter(([, verdicts]) => outcomes.some(({ verdict }) => verdicts.includes(verdict)));
  const asked = bad.filter(([option]) => option !== '');
  const place = stateDir === undefined ? '' : ` --state-dir ${shellWord(stateDir)}`;
  for (const [option] of asked.length > 0 ? asked : bad) {
    io.stderr.write(`To go on with these hosts: mendgate resume ${run}${option}${place}\n`);
  }
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${safeLine(text).replaceAll("'", "'\\''")}'`;
}
