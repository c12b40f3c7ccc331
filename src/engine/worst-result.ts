import type { StepOutcome, StepResult } from '../model/result.ts';

const worstFirst: readonly StepOutcome[] = [
  'unknown',
  'unreachable',
  'failed',
  'rolled_back',
  'undetermined',
  'would_change',
  'changed',
  'ok',
  'skipped',
];

/** The result of several items or steps together: the worst one's. */
export function worst(parts: readonly { readonly result: StepResult }[]): StepResult {
  for (const outcome of worstFirst) {
    const part = parts.find((entry) => entry.result.outcome === outcome);
    if (part !== undefined) return part.result;
  }
  return { outcome: 'skipped', reason: 'there was nothing to do' };
}
