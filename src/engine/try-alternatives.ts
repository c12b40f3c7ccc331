import type { Scope } from '../expr/evaluate.ts';
import { interpolateText } from '../expr/interpolate.ts';
import type { ItemPlan, Reason } from '../model/plan.ts';
import type { StepResult } from '../model/result.ts';
import type { Alternative, Step } from '../model/runbook.ts';
import { fixKey, keyText } from './fix-key.ts';
import { makeUnit, type Unit, type UnitResult, undecided } from './make-unit.ts';
import { goesOn } from './past.ts';
import { runCheck } from './run-check.ts';
import { type Ending, endOf, mayChangeAnything, settle, withUnit } from './settle.ts';
import { lookOf, type StepPlace } from './step-place.ts';
import { decideTraced, tracedAt } from './trace-conditions.ts';

/**
 * Narrow to wide: the first open one is tried; one that does not help is undone before the next. One that could not be
 * tried (it can't be decided, it never got its turn) ends the step: it may help yet, and the next one reaches further.
 */
export async function tryAlternatives(
  place: StepPlace,
  alternatives: readonly Alternative[],
  scope: Scope,
  plan: ItemPlan,
): Promise<Ending> {
  const { step } = place;
  const reasons: Reason[] = [];
  let last: UnitResult | undefined;
  let inPlace: string | undefined;
  for (const [index, alternative] of alternatives.entries()) {
    const where = `${alternative.id} gate`;
    const gate = decideTraced(place.run, tracedAt(place), where, alternative.gate, scope);
    reasons.push(...gate.reasons);
    const begun = begunAs(place, alternative);
    // A later one was begun: nothing was to be done by this one.
    if (!begun && alternatives.slice(index + 1).some((later) => begunAs(place, later))) continue;
    if (gate.held === false && !begun) continue;
    if (gate.held === 'unknown' && !begun) {
      const result = undecided(place.run.dryRun, gate.unknowns, gate.error);
      mayChangeAnything(place, result);
      return endOf(place, { ...plan, gate: [...plan.gate, ...reasons], result }, result);
    }
    place.run.parts.took?.({ at: 'alternative', of: alternative, way: 'tried' });
    const made = await makeUnit(place, unitOf(step, alternative), scope);
    const others = alternatives.slice(index + 1).map((other) => interpolateText(other.title, scope));
    const chosen = { id: alternative.id, title: interpolateText(alternative.title, scope), others };
    const shown = { ...withUnit(plan, made), gate: [...plan.gate, ...reasons], alternative: chosen };
    if (made.result.outcome === 'ok' && !(await helps(place, unitOf(step, alternative), scope))) {
      inPlace = alternative.id;
      continue;
    }
    mayChangeAnything(place, made.result);
    if (made.result.outcome !== 'failed' || made.untried) return settle(place, shown, made);
    const left = await made.takeBack();
    if (left !== undefined) return settle(place, shown, { ...made, takeBack: async () => left });
    last = made;
  }
  const seen = { ...plan, gate: [...plan.gate, ...reasons] };
  if (last === undefined && inPlace === undefined) {
    return endOf(place, { ...seen, result: none }, none);
  }
  const how = last === undefined ? `${inPlace} is in place already` : `the last: ${last.result.reason ?? ''}`;
  const result: StepResult = { outcome: 'failed', reason: `none of the alternatives helped; ${how}` };
  return endOf(place, { ...(last === undefined ? seen : withUnit(seen, last)), result }, result);
}

/** Whether an earlier process of this run began this alternative. */
function begunAs(place: StepPlace, { id }: Alternative): boolean {
  const { past } = place.run;
  const record = past?.units.get(keyText(fixKey(place, id)));
  return past !== undefined && record !== undefined && goesOn(past, record);
}

const none: StepResult = { outcome: 'skipped', reason: 'no alternative applies' };

/** An alternative that is in place already: whether its claim holds, or the next one has to be tried. */
async function helps(place: StepPlace, unit: Unit, scope: Scope): Promise<boolean> {
  if (unit.verify === undefined) return true;
  const looked = await runCheck(place.run, lookOf(place, 'verify', true), unit.verify, scope);
  return looked.held || looked.unknown;
}

function unitOf(step: Step, alternative: Alternative): Unit {
  return {
    calls: alternative.fix,
    gate: [...step.gate, ...alternative.gate],
    verify: alternative.verify ?? step.verify,
    rollback: alternative.rollback,
    confirm: alternative.confirm ?? step.confirm,
    alternative: alternative.id,
    risky: alternative.risky,
  };
}
