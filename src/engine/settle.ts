import type { Json } from '../model/json.ts';
import type { ItemPlan } from '../model/plan.ts';
import { everything } from '../model/resource.ts';
import type { StepResult } from '../model/result.ts';
import { delegatesIn } from '../model/runbook-calls.ts';
import type { HostEnd } from './host-end.ts';
import type { UnitResult } from './make-unit.ts';
import type { StepPlace } from './step-place.ts';
import { stopReason } from './stop-reason.ts';

/** What an item came to, and what that means for its host. */
export interface Ending {
  readonly plan: ItemPlan;
  readonly end: HostEnd | undefined;
  /** Failed, undone, and the runbook said to go on: the host stays bad. */
  readonly bad: boolean;
  /** Of a nested runbook. */
  readonly outputs?: { readonly [name: string]: Json };
}

/** An item's plan with what its fix would change, or changed. */
export function withUnit(plan: ItemPlan, made: UnitResult): ItemPlan {
  return {
    ...plan,
    result: made.result,
    changes: made.changes,
    ...(made.confirm === undefined ? {} : { confirm: made.confirm }),
    ...(made.irreversible === undefined ? {} : { irreversible: made.irreversible }),
    ...(made.revertAfterMs === undefined ? {} : { revertAfterMs: made.revertAfterMs }),
  };
}

/**
 * In a dry run an undetermined step may, once decided, change anything that its fix can: what is read later waits on it.
 * What that would be cannot be told without the unknown, so it is taken to be everything.
 */
export function mayChangeAnything({ run, id, step }: StepPlace, result: StepResult): void {
  if (result.outcome !== 'undetermined' || step.remediation.kind === 'none') return;
  const elsewhere = delegatesIn(step).length > 0 || step.remediation.kind === 'use';
  const places = [undefined, ...(elsewhere ? (run.planned.delegates ?? []) : [])];
  run.pending.push(...places.map((on) => ({ step: id, touches: everything, on })));
}

/** A result without a standing change: what it means for the host. */
export function endOf(place: StepPlace, plan: ItemPlan, result: StepResult): Ending {
  if (result.outcome !== 'failed') return { plan, end: undefined, bad: false };
  if (place.run.dryRun || place.step.onFailure === 'continue') return { plan, end: undefined, bad: true };
  return { plan, end: failedEnd(place, result.reason ?? 'failed'), bad: true };
}

/** Where the host that a step delegates to cannot be reached, a dry run ends too: a real one gets no further. */
export function endAway(place: StepPlace, plan: ItemPlan, reason: string): Ending {
  const failed: ItemPlan = { ...plan, result: { outcome: 'failed', reason } };
  const goesOn = place.step.onFailure === 'continue';
  return { plan: failed, end: goesOn ? undefined : failedEnd(place, reason), bad: true };
}

/** After a unit: keep it, or take it back as `on_failure` says. */
export async function settle(place: StepPlace, plan: ItemPlan, made: UnitResult): Promise<Ending> {
  const { run, step } = place;
  const { outcome, reason = outcome } = made.result;
  if (made.refused !== undefined) return { plan, end: { kind: 'refused', reason: made.refused }, bad: true };
  if (made.interrupted)
    return { plan, end: { kind: 'interrupted', reason: stopReason(run.parts.stopping) }, bad: false };
  if (made.away === true) return endAway(place, plan, reason);
  if (outcome === 'unknown') return { plan, end: { kind: 'unknown', step: place.id, reason }, bad: true };
  if (outcome === 'changed' || outcome === 'would_change') {
    run.standing.push({ step: place.id, takeBack: made.takeBack });
    return { plan, end: undefined, bad: false };
  }
  if (outcome !== 'failed' || made.standing.length === 0) return endOf(place, plan, made.result);
  if (step.onFailure === 'keep') {
    run.standing.push({ step: place.id, takeBack: made.takeBack });
    return {
      plan,
      end: failedEnd(place, `${reason}; left as it is (on_failure: keep)`),
      bad: true,
    };
  }
  const left = await made.takeBack();
  if (left !== undefined) {
    const result: StepResult = { outcome: 'failed', reason, rollbackFailed: left };
    return {
      plan: { ...plan, result },
      end: { kind: 'rollback_failed', step: place.id, reason: `${reason}; ${left}` },
      bad: true,
    };
  }
  const how = made.howReverted?.();
  const why = how === undefined ? reason : `${reason}; ${how}`;
  const undone = { ...plan, result: { outcome: 'rolled_back', reason: why } as const };
  if (step.onFailure === 'continue') return { plan: undone, end: undefined, bad: true };
  return { plan: undone, end: { kind: 'rolled_back', ...endAt(place), reason: why }, bad: true };
}

/** Ends the host at this step, with nothing of it left to take back. */
export function failedEnd(place: StepPlace, reason: string): HostEnd {
  return { kind: 'failed', ...endAt(place), reason };
}

function endAt({ id, step }: StepPlace): {
  readonly step: string;
  readonly undoAll: boolean;
  readonly prevent: boolean;
} {
  return { step: id, undoAll: step.onFailure === 'rollback_all', prevent: step.prevent };
}
