import { decide } from '../expr/cond.ts';
import type { Scope } from '../expr/evaluate.ts';
import { interpolateText } from '../expr/interpolate.ts';
import { assertNever } from '../model/assert-never.ts';
import { formatDuration } from '../model/duration.ts';
import type { Json } from '../model/json.ts';
import type { ItemPlan, Reason } from '../model/plan.ts';
import { everything } from '../model/resource.ts';
import type { StepResult } from '../model/result.ts';
import type { Alternative, Conclusion, Step } from '../model/runbook.ts';
import type { HostEnd } from './host-end.ts';
import { makeUnit, type Unit, type UnitResult, undecided } from './make-unit.ts';
import { readProbes } from './read-probes.ts';
import { type CheckResult, failedParts, runCheck } from './run-check.ts';
import { lookOf, type StepPlace, stampOf } from './step-place.ts';

/** How one item of a step went. */
export interface ItemEnd {
  readonly plan: ItemPlan;
  /** With the names of the step's probes. */
  readonly scope: Scope;
  readonly notes: readonly string[];
  readonly end: HostEnd | undefined;
  /** Failed, undone, and the runbook said to go on: the host stays bad. */
  readonly bad: boolean;
  /** Of a nested runbook. */
  readonly outputs?: { readonly [name: string]: Json };
}

/** Runs a nested runbook's steps in place of a fix; given by the walk, which this file must not import. */
export type RunNested = (place: StepPlace, scope: Scope) => Promise<NestedEnd>;
export interface NestedEnd {
  readonly result: StepResult;
  readonly end: HostEnd | undefined;
  readonly bad: boolean;
  readonly outputs: { readonly [name: string]: Json };
}

/** probes → conclude → gate → fix → verify, for one item (or for a step without items). */
export async function runItem(place: StepPlace, outer: Scope, runNested: RunNested): Promise<ItemEnd> {
  const { run, step } = place;
  const scope = await readProbes(run, lookOf(place), step.probes, outer);
  const notes: string[] = [];
  const common = { scope, notes, bad: false };
  const bare = itemPlan(place, scope);

  const concluded = await conclude(place, step.conclude, scope, notes);
  if (concluded?.kind === 'undecided') {
    mayChangeAnything(place, concluded.result);
    return { ...common, ...endOf(place, { ...bare, result: concluded.result }, concluded.result) };
  }
  if (concluded !== undefined) {
    const { end } = concluded;
    return { ...common, plan: { ...bare, result: { outcome: 'ok', reason: end.message } }, end };
  }

  const gate = decide(step.gate, scope);
  if (step.gate.length > 0) {
    await run.parts.emit({ type: 'gate.decided', ...stampOf(place), open: gate.held, reasons: gate.reasons });
  }
  const gated = { ...bare, gate: gate.reasons };
  if (gate.held !== true) {
    const result = gateShut(run.dryRun, gate);
    mayChangeAnything(place, result);
    return { ...common, ...endOf(place, { ...gated, result }, result) };
  }
  const chooses = step.remediation.kind === 'fix' || step.remediation.kind === 'alternatives';
  if (chooses && !run.parts.chooses(place.id, place.tags)) {
    return {
      ...common,
      plan: { ...gated, result: { outcome: 'skipped', reason: 'not chosen by tags or --start-at' } },
      end: undefined,
    };
  }
  return { ...common, ...(await remedy(place, scope, gated, runNested)) };
}

type Ending = Pick<ItemEnd, 'plan' | 'end' | 'bad' | 'outputs'>;

function itemPlan(place: StepPlace, scope: Scope): ItemPlan {
  const title = interpolateText(place.step.title, scope);
  return { item: place.item ?? null, title, result: { outcome: 'ok' }, gate: [], changes: [] };
}

function gateShut(dryRun: boolean, gate: ReturnType<typeof decide>): StepResult {
  if (gate.held === false) return { outcome: 'skipped', reason: `gate closed: ${failedParts(gate.reasons)}` };
  return undecided(dryRun, gate.unknowns, gate.error);
}

type Concluded =
  | { readonly kind: 'end'; readonly end: HostEnd & { readonly kind: 'concluded' } }
  | { readonly kind: 'undecided'; readonly result: StepResult };

async function conclude(
  place: StepPlace,
  conclusions: readonly Conclusion[],
  scope: Scope,
  notes: string[],
): Promise<Concluded | undefined> {
  for (const conclusion of conclusions) {
    const decision = decide(conclusion.when, scope);
    if (decision.held === 'unknown') {
      // A note that cannot be decided must not stop the step: it decides nothing.
      if (conclusion.verdict === undefined) continue;
      return { kind: 'undecided', result: undecided(place.run.dryRun, decision.unknowns, decision.error) };
    }
    if (!decision.held) continue;
    const message = interpolateText(conclusion.message, scope);
    if (conclusion.verdict !== undefined) {
      return { kind: 'end', end: { kind: 'concluded', verdict: conclusion.verdict, message, see: conclusion.see } };
    }
    notes.push(message);
    if (!place.run.told.has(message)) await place.run.parts.emit({ type: 'note', ...stampOf(place), message });
  }
  return undefined;
}

async function remedy(place: StepPlace, scope: Scope, plan: ItemPlan, runNested: RunNested): Promise<Ending> {
  const { step } = place;
  const { remediation } = step;
  switch (remediation.kind) {
    case 'none':
      return claimOnly(place, scope, plan);
    case 'fix': {
      const unit: Unit = {
        calls: remediation.calls,
        verify: step.verify,
        rollback: step.rollback,
        confirm: step.confirm,
        alternative: undefined,
      };
      const made = await makeUnit(place, unit, scope);
      mayChangeAnything(place, made.result);
      return settle(place, withUnit(plan, made), made);
    }
    case 'alternatives':
      return tryAlternatives(place, remediation.alternatives, scope, plan);
    case 'use': {
      const nested = await runNested(place, scope);
      return { plan: { ...plan, result: nested.result }, end: nested.end, bad: nested.bad, outputs: nested.outputs };
    }
    default:
      return assertNever(remediation);
  }
}

function withUnit(plan: ItemPlan, made: UnitResult): ItemPlan {
  return {
    ...plan,
    result: made.result,
    changes: made.changes,
    ...(made.confirm === undefined ? {} : { confirm: made.confirm }),
    ...(made.irreversible === undefined ? {} : { irreversible: made.irreversible }),
  };
}

/** A step that only claims: an assertion, or a wait. */
async function claimOnly(place: StepPlace, scope: Scope, plan: ItemPlan): Promise<Ending> {
  const { run, step } = place;
  if (step.verify === undefined) return { plan, end: undefined, bad: false };
  const looked = await runCheck(run, lookOf(place, 'verify', true), step.verify, scope);
  await run.parts.emit({
    type: 'verify.looked',
    ...stampOf(place),
    held: looked.held,
    reasons: looked.reasons,
    attempt: looked.looks,
  });
  if (looked.held) return { plan, end: undefined, bad: false };
  const reason = failedParts(looked.reasons);
  const result = run.dryRun
    ? notYet(place, looked)
    : ({ outcome: 'failed', reason: `does not hold: ${reason}` } as const);
  return endOf(place, { ...plan, result }, result);
}

/** A claim that one look did not find true: unknown, still to be waited for, or false. */
function notYet(place: StepPlace, looked: CheckResult): StepResult {
  const withinMs = place.step.verify?.withinMs ?? 0;
  if (looked.unknown) return undecided(true, looked.unknowns);
  const reason = failedParts(looked.reasons);
  if (withinMs === 0) return { outcome: 'failed', reason: `does not hold: ${reason}` };
  place.run.waits = true;
  return {
    outcome: 'undetermined',
    reason: `does not hold yet; a real run waits up to ${formatDuration(withinMs)}: ${reason}`,
  };
}

/** Narrow to wide: the first open one is tried; one that does not help is undone before the next. */
async function tryAlternatives(
  place: StepPlace,
  alternatives: readonly Alternative[],
  scope: Scope,
  plan: ItemPlan,
): Promise<Ending> {
  const { step } = place;
  const reasons: Reason[] = [];
  let last: UnitResult | undefined;
  for (const [index, alternative] of alternatives.entries()) {
    const gate = decide(alternative.gate, scope);
    reasons.push(...gate.reasons);
    if (gate.held === false) continue;
    if (gate.held === 'unknown') {
      const result = undecided(place.run.dryRun, gate.unknowns, gate.error);
      mayChangeAnything(place, result);
      return endOf(place, { ...plan, gate: [...plan.gate, ...reasons], result }, result);
    }
    const made = await makeUnit(place, unitOf(step, alternative), scope);
    const others = alternatives.slice(index + 1).map((other) => interpolateText(other.title, scope));
    const chosen = { id: alternative.id, title: interpolateText(alternative.title, scope), others };
    const shown = { ...withUnit(plan, made), gate: [...plan.gate, ...reasons], alternative: chosen };
    if (made.result.outcome === 'ok' && !(await helps(place, unitOf(step, alternative), scope))) continue;
    mayChangeAnything(place, made.result);
    if (made.result.outcome !== 'failed' || made.refused !== undefined) return settle(place, shown, made);
    const left = await made.takeBack();
    if (left !== undefined) return settle(place, shown, { ...made, takeBack: async () => left });
    last = made;
  }
  if (last === undefined) {
    const result: StepResult = { outcome: 'skipped', reason: 'no alternative applies' };
    return { plan: { ...plan, gate: [...plan.gate, ...reasons], result }, end: undefined, bad: false };
  }
  const result: StepResult = {
    outcome: 'failed',
    reason: `none of the alternatives helped; the last: ${last.result.reason ?? ''}`,
  };
  return endOf(place, { ...withUnit(plan, last), result }, result);
}

/** An alternative that is in place already: whether its claim holds, or the next one has to be tried. */
async function helps(place: StepPlace, unit: Unit, scope: Scope): Promise<boolean> {
  if (unit.verify === undefined) return true;
  const looked = await runCheck(place.run, lookOf(place, 'verify', true), unit.verify, scope);
  return looked.held || looked.unknown;
}

function unitOf(step: Step, alternative: Alternative): Unit {
  return {
    calls: alternative.fix,
    verify: alternative.verify ?? step.verify,
    rollback: alternative.rollback,
    confirm: alternative.confirm ?? step.confirm,
    alternative: alternative.id,
  };
}

/**
 * In a dry run an undetermined step may, once decided, change anything that its fix can: what is read later waits on it.
 * What that would be cannot be told without the unknown, so it is taken to be everything.
 */
export function mayChangeAnything(place: StepPlace, result: StepResult): void {
  if (result.outcome !== 'undetermined' || place.step.remediation.kind === 'none') return;
  place.run.pending.push({ step: place.id, touches: everything });
}

/** A result without a standing change: what it means for the host. */
function endOf(place: StepPlace, plan: ItemPlan, result: StepResult): Ending {
  if (result.outcome !== 'failed') return { plan, end: undefined, bad: false };
  if (place.run.dryRun || place.step.onFailure === 'continue') return { plan, end: undefined, bad: true };
  return { plan, end: failedEnd(place, result.reason ?? 'failed'), bad: true };
}

/** After a unit: keep it, or take it back as `on_failure` says. */
async function settle(place: StepPlace, plan: ItemPlan, made: UnitResult): Promise<Ending> {
  const { run, step } = place;
  const { outcome, reason = outcome } = made.result;
  if (made.refused !== undefined) return { plan, end: { kind: 'refused', reason: made.refused }, bad: true };
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
  const undone = { ...plan, result: { outcome: 'rolled_back', reason } as const };
  if (step.onFailure === 'continue') return { plan: undone, end: undefined, bad: true };
  return { plan: undone, end: { kind: 'rolled_back', ...endAt(place), reason }, bad: true };
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
