import type { Verdict } from './result.ts';

/** What `resume` goes on with unasked, and what each of its options adds. */
const groups: readonly (readonly [option: string, verdicts: readonly Verdict[]])[] = [
  ['', ['not_started', 'unknown']],
  ['--failed', ['not_fixed', 'rolled_back', 'rollback_failed', 'undetermined', 'refused']],
  ['--unreachable', ['unreachable']],
];

/** The options of the one call of `resume` that goes on with all hosts that ended so; `undefined`: there is none to go on with. */
export function resumeOptions(ends: readonly Verdict[]): readonly string[] | undefined {
  const bad = groups.filter(([, verdicts]) => ends.some((end) => verdicts.includes(end))).map(([option]) => option);
  return bad.length === 0 ? undefined : bad.filter((option) => option !== '');
}
