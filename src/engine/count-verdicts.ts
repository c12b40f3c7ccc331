import type { Verdict } from '../model/result.ts';

/** How many hosts ended how. */
export function countVerdicts(verdicts: readonly Verdict[]): { readonly [V in Verdict]?: number } {
  const counts: { [V in Verdict]?: number } = {};
  for (const verdict of verdicts) counts[verdict] = (counts[verdict] ?? 0) + 1;
  return counts;
}
