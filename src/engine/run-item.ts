import type { Decision } from '../expr/cond.ts';
import type { Scope } from '../expr/evaluate.ts';
import { interpolateText } from '../expr/interpolate.ts';
import { assertNever } from '../model/assert-never.ts';
import { formatDuration } from '../model/duration.ts';
import type { Json } from '../model/json.ts';
import type { ItemPlan } from '../model/plan.ts';
import type { StepResult } from '../model/result.ts';
import type { Conclusion } from '../model/runbook.ts';
import { Unknown } from '../model/unknown.ts';
import { begunBefore, notMet } from './begun-before.ts';
import { placesOf, unreached } from './delegate.ts';
import type { HostEnd } from './host-end.ts';
import { makeUnit, type Unit, undecided } from './make-unit.ts';
import { readProbes, unreadProbes } from './read-probes.ts';
import { type CheckResult, failedParts, runCheck } from './run-check.ts';
import { type Ending, endAway, endOf, mayChangeAnything, settle, withUnit } from './settle.ts';
import { lookOf, type StepPlace, stampOf } from './step-place.ts';
import { decideTraced, tracedAt } from './trace-conditions.ts';
import { tryAlternatives } from './try-alternatives.ts';

/** How one item of a step went. */
export interface ItemEnd extends Ending {
  /** With the names of the step's probes. */
  readonly scope: Scope;
  readonly notes: readonly string[];
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
  const notes: string[] = [];
  const away = await awayFor(place, outer);
  if (away !== undefined) {
    const unread = unreadProbes(outer, step.probes, new Unknown(away));
    return { scope: unread, notes, ...endAway(place, itemPlan(place, unread), away) };
  }
  const scope = await readProbes(run, lookOf(place), step.probes, outer);
  const common = { scope, notes, bad: false };
  const bare = itemPlan(place, scope);

  // What an earlier process of this run began here had passed these; what it changed may have shut them since.
  if (begunBefore(place)) return { ...common, ...(await remedy(place, scope, bare, runNested)) };

  // Later steps were begun: the run had gone on from here, whatever an answer that is read anew says now.
  const wentOn = notMet(run).length > 0;
  const conclusions = wentOn ? step.conclude.filter(({ verdict }) => verdict === undefined) : step.conclude;
  const concluded = await conclude(place, conclusions, scope, notes);
  if (concluded?.kind === 'undecided') {
    mayChangeAnything(place, concluded.result);
    return { ...common, ...endOf(place, { ...bare, result: concluded.result }, concluded.result) };
  }
  if (concluded !== undefined) {
    const { end } = concluded;
    return { ...common, plan: { ...bare, result: { outcome: 'ok', reason: end.message } }, end };
  }

  const gate = decideTraced(run, tracedAt(place), 'gate', step.gate, scope);
  if (step.gate.length > 0) {
    await run.parts.emit({ type: 'gate.decided', ...stampOf(place), open: gate.held, reasons: gate.reasons });
    if (gate.held !== 'unknown') run.parts.took?.({ at: 'gate', of: step, way: gate.held ? 'open' : 'closed' });
  }
  const gated = { ...bare, gate: gate.reasons };
  if (gate.held !== true) {
    const result = gateShut(run.dryRun, gate);
    mayChangeAnything(place, result);
    return { ...common, ...endOf(place, { ...gated, result }, result) };
  }
  const notMade = fixLeftOut(place);
  if (notMade !== undefined) {
    if (step.gate.length > 0) run.openLeft.set(place.id, notMade);
    return { ...common, plan: { ...gated, result: { outcome: 'skipped', reason: notMade } }, end: undefined };
  }
  return { ...common, ...(await remedy(place, scope, gated, runNested)) };
}

/** Why a host cannot be reached at which the step looks first: without it nothing of the step can be decided. */
async function awayFor({ run, step }: StepPlace, scope: Scope): Promise<string | undefined> {
  const claimed = step.remediation.kind === 'none' ? (step.verify?.probes ?? []) : [];
  const places = placesOf(run, { calls: [...step.probes, ...claimed], delegateTo: step.delegateTo }, scope);
  return places.length === 0 ? undefined : unreached(run, places);
}

/** Why a step's own fix is not made though its gate is open. */
function fixLeftOut({ run, step, id, tags }: StepPlace): string | undefined {
  if (step.remediation.kind !== 'fix' && step.remediation.kind !== 'alternatives') return undefined;
  if (run.leftOut.has(id)) return 'left out by hand';
  return run.parts.chooses(id, tags) ? undefined : 'not chosen by tags, --start-at or --until';
}

function itemPlan(place: StepPlace, scope: Scope): ItemPlan {
  const title = interpolateText(place.step.title, scope);
  return { item: place.item ?? null, title, result: { outcome: 'ok' }, gate: [], changes: [] };
}

function gateShut(dryRun: boolean, gate: Decision): StepResult {
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
  for (const [index, conclusion] of conclusions.entries()) {
    const where = `conclude ${index + 1}`;
    const decision = decideTraced(place.run, tracedAt(place), where, conclusion.when, scope);
    if (decision.held === 'unknown') {
      // A note that cannot be decided must not stop the step: it decides nothing.
      if (conclusion.verdict === undefined) continue;
      return { kind: 'undecided', result: undecided(place.run.dryRun, decision.unknowns, decision.error) };
    }
    if (!decision.held) continue;
    place.run.parts.took?.({ at: 'conclude', of: conclusion, way: 'true' });
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
        gate: step.gate,
        verify: step.verify,
        rollback: step.rollback,
        confirm: step.confirm,
        alternative: undefined,
        risky: step.risky,
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
