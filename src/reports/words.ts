import type { StepOutcome } from '../model/result.ts';
import type { End } from './report.ts';

/** The most urgent first. */
export const urgency: readonly End[] = [
  'rollback_failed',
  'unknown',
  'no_result',
  'not_fixed',
  'rolled_back',
  'refused',
  'undetermined',
  'unreachable',
  'not_started',
  'would_fix',
  'not_applicable',
  'fixed',
  'healthy',
];

/** `would_fix` → `would fix`. */
export function word(end: End | StepOutcome): string {
  return end.replaceAll('_', ' ');
}

/** `1 host`, `2 hosts`. */
export function hostCount(n: number): string {
  return `${n} host${n === 1 ? '' : 's'}`;
}
