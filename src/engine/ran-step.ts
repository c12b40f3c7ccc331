import type { Scope } from '../expr/evaluate.ts';
import type { Json } from '../model/json.ts';
import type { ItemPlan, StepPlan } from '../model/plan.ts';
import type { StepResult } from '../model/result.ts';
import { Unknown } from '../model/unknown.ts';
import type { Value } from '../model/value.ts';
import { withUntold } from './evaluate-outputs.ts';
import type { HostEnd } from './host-end.ts';
import { unreadProbes } from './read-probes.ts';
import { stepValue, withStep } from './scope.ts';
import { failedEnd, mayChangeAnything } from './settle.ts';
import type { StepPlace } from './step-place.ts';

/** What a step came to on its host. */
export interface RanStep {
  /** With what later steps see of it. */
  readonly scope: Scope;
  readonly plan: StepPlan;
  readonly end: HostEnd | undefined;
  readonly bad: boolean;
  readonly changed: boolean;
}

/** A step of which no item was looked at. */
export function withoutItems(place: StepPlace, scope: Scope, title: string, result: StepResult): RanStep {
  const reason = new Unknown(
    `step ${place.id}: ${result.outcome}${result.reason === undefined ? '' : ` (${result.reason})`}`,
    result.waitsOn?.[0],
  );
  mayChangeAnything(place, result);
  const failed = result.outcome === 'failed';
  return {
    scope: named(place, unreadProbes(scope, place.step.probes, reason), result, [], {}),
    plan: stepPlan(place, title, result, [], []),
    end: endsHost(place, result) ? failedEnd(place, result.reason ?? 'failed') : undefined,
    bad: failed,
    changed: false,
  };
}

/** Whether its host's walk is over with a failure of which nothing stands. */
export function endsHost({ run, step }: StepPlace, { outcome }: StepResult): boolean {
  return outcome === 'failed' && !run.dryRun && step.onFailure !== 'continue';
}

export function stepPlan(
  place: StepPlace,
  title: string,
  result: StepResult,
  items: readonly ItemPlan[],
  notes: readonly string[],
): StepPlan {
  return { id: place.id, ...(place.within === '' ? {} : { within: place.within }), title, result, items, notes };
}

/** The scope with `steps.ID` of this step. */
export function named(
  place: StepPlace,
  scope: Scope,
  result: StepResult,
  items: readonly { readonly item: Json; readonly result: StepResult }[],
  outputs: { readonly [name: string]: Value },
): Scope {
  const all = withUntold(place.id, place.step, result, outputs);
  return withStep(scope, place.step.id, stepValue(place.id, result, items, all));
}
