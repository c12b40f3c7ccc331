import type { Scope } from '../expr/evaluate.ts';
import type { StepResult } from '../model/result.ts';
import type { ActionCall, Check } from '../model/runbook.ts';
import { type DueChange, inspectCalls } from './inspect-calls.ts';
import { askAfterFix } from './read-ahead.ts';
import { failedParts, runCheck } from './run-check.ts';
import { lookOf, type StepPlace, stampOf } from './step-place.ts';

/** What a fix says of itself. */
export interface Claim {
  readonly calls: readonly ActionCall[];
  readonly verify: Check | undefined;
}

/** After a fix was applied: it must show no difference any more, and its own claim must hold. */
export async function confirmDone(
  place: StepPlace,
  { calls, verify }: Claim,
  due: readonly DueChange[],
  scope: Scope,
): Promise<StepResult> {
  const { run } = place;
  // All that is looked at now travels in one write.
  askAfterFix(run, place, verify, scope);
  const converging = calls.filter((call) => run.parts.registry.actions.get(call.call)?.converges !== false);
  if (due.some((entry) => entry.action.converges)) {
    const again = await inspectCalls(run, lookOf(place), converging, scope);
    if (again.kind === 'failed') return { outcome: 'failed', reason: `after the fix: ${again.reason}` };
    if (again.kind === 'unknown') {
      return {
        outcome: 'failed',
        reason: `after the fix: ${again.unknowns.map((unknown) => unknown.reason).join('; ')}`,
      };
    }
    if (again.changes.length > 0) {
      const still = again.changes.map((entry) => entry.action.describe(entry.change)).join('; ');
      return { outcome: 'failed', reason: `applied, and it still differs: ${still}` };
    }
  }
  if (verify === undefined) return { outcome: 'changed' };
  const verified = await runCheck(run, lookOf(place, 'verify', true), verify, scope);
  await run.parts.emit({
    type: 'verify.looked',
    ...stampOf(place),
    held: verified.held,
    reasons: verified.reasons,
    attempt: verified.looks,
  });
  return verified.held
    ? { outcome: 'changed' }
    : { outcome: 'failed', reason: `verify does not hold: ${failedParts(verified.reasons)}` };
}
