import type { Verdict } from './result.ts';

/** What `resume` goes on with unasked, and what each of its options adds. */
const groups: readonly (readonly [option: string, verdicts: readonly Verdict[]])[] = [
  ['', ['not_started', 'unknown']],
  ['--failed', ['not_fixed', 'rolled_back', 'rollback_failed', 'undetermined', 'refused']],
  ['--unreachable', ['unreachable']],
];

/** The options with which `resume` goes on with hosts that ended so, each a call of its own; an option covers what goes on unasked, too. */
export function resumeOptions(ends: readonly Verdict[]): readonly string[] {
  const bad = groups.filter(([, verdicts]) => ends.some((end) => verdicts.includes(end))).map(([option]) => option);
  const asked = bad.filter((option) => option !== '');
  return asked.length > 0 ? asked : bad;
}
