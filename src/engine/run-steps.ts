import type { Scope } from '../expr/evaluate.ts';
import { interpolate, interpolateText } from '../expr/interpolate.ts';
import { canonicalJson, isObject, type Json } from '../model/json.ts';
import type { StepResult } from '../model/result.ts';
import type { Runbook, Step } from '../model/runbook.ts';
import type { Value } from '../model/value.ts';
import { begunBefore, begunItems } from './begun-before.ts';
import { evaluateOutputs } from './evaluate-outputs.ts';
import { evaluateItems, type Items } from './for-each.ts';
import type { HostEnd } from './host-end.ts';
import type { HostRun } from './host-run.ts';
import { askSymptomGone } from './look-at-symptom.ts';
import { undecided } from './make-unit.ts';
import { plainJson } from './plain-json.ts';
import { named, type RanStep, stepPlan, withoutItems } from './ran-step.ts';
import { askSteps } from './read-ahead.ts';
import { type ItemEnd, type NestedEnd, type RunNested, runItem } from './run-item.ts';
import { passStep, runOnce } from './run-once.ts';
import { baseScope, extend } from './scope.ts';
import { failedEnd, mayChangeAnything } from './settle.ts';
import { type Level, placeAt, type StepPlace, stampOf } from './step-place.ts';
import { endText, titleWithoutValues } from './step-words.ts';
import { askBefore } from './stepping.ts';
import { stopReason } from './stop-reason.ts';
import { throttled } from './throttle.ts';
import { decideTraced, tracedAt, traceList } from './trace-conditions.ts';
import { worst } from './worst-result.ts';

export interface StepsEnd {
  readonly scope: Scope;
  readonly end: HostEnd | undefined;
  readonly bad: boolean;
  /** The symptom went away after a fix: the rest was skipped. */
  readonly gone: boolean;
  /** Steps ran since the symptom was last looked at. */
  readonly lookIsOld: boolean;
}

/** What the walk asks between two steps of the outermost runbook. */
export interface Between {
  /** Why only steps with `prevent` run. */
  readonly onlyPrevent: string | undefined;
  /** Why no step runs at all. */
  readonly none: string | undefined;
  /** Looks whether the symptom is gone, after a step that changed something. */
  readonly gone: (scope: Scope) => Promise<boolean>;
}

/** Runs a runbook's steps in order on one host. */
export async function runSteps(
  run: HostRun,
  runbook: Runbook,
  start: Scope,
  level: Level,
  between: Between,
): Promise<StepsEnd> {
  let scope = start;
  let skip = between.onlyPrevent;
  let end: HostEnd | undefined;
  let bad = false;
  let gone = false;
  let lookIsOld = false;
  for (const [index, step] of runbook.steps.entries()) {
    const placeOf = (next: Step): StepPlace => placeAt(run, runbook, level, next);
    const askNext = (seen: Scope): void => {
      // Where a symptom may be gone now, the steps after this one may not be run at all.
      if (run.runbook.symptom !== undefined) askSymptomGone(run, seen);
      else askSteps(run, runbook.steps.slice(index + 1), placeOf, seen);
    };
    const place: StepPlace = { ...placeOf(step), askNext };
    const why = end === undefined ? skip : `not run: ${endText(end)}`;
    if (end === undefined && run.parts.stopping.aborted)
      end = { kind: 'interrupted', reason: stopReason(run.parts.stopping) };
    // What an earlier process of this run began is gone on with, whatever is found now.
    const begun = begunBefore(place);
    const out = between.none ?? why;
    const left = between.none !== undefined || (out !== undefined && (!step.prevent || bad));
    if (end !== undefined || (left && !begun)) {
      scope = await skipStep(place, scope, out ?? stopReason(run.parts.stopping));
      continue;
    }
    if (step.runOnce !== true && (await askBefore(place)) === 'stop') {
      end = { kind: 'interrupted', reason: 'stopped by hand' };
      scope = await skipStep(place, scope, end.reason);
      continue;
    }
    askSteps(run, runbook.steps.slice(index), placeOf, scope);
    const from = scope;
    const ran = await throttled(place, from, async () => {
      const begun = run.parts.clock.monotonic();
      const one = await runStep(place, from, between);
      await finishStep(place, one, begun);
      return one;
    });
    if (ran === undefined) {
      end = { kind: 'interrupted', reason: stopReason(run.parts.stopping) };
      scope = await skipStep(place, scope, end.reason);
      continue;
    }
    scope = ran.scope;
    bad ||= ran.bad;
    end = ran.end;
    lookIsOld ||= ran.plan.result.outcome !== 'skipped';
    if (gone || end !== undefined || !ran.changed || run.dryRun) continue;
    // A later cure was begun: after this step the symptom was there still.
    if (runbook.steps.slice(index + 1).some((later) => !later.prevent && begunBefore(placeOf(later)))) continue;
    gone = await between.gone(scope);
    lookIsOld = false;
    if (gone) skip = 'symptom gone';
  }
  return { scope, end, bad, gone, lookIsOld };
}

async function runStep(place: StepPlace, scope: Scope, between: Between): Promise<RanStep> {
  const { run, step } = place;
  const title = step.forEach === undefined ? interpolateText(step.title, scope) : titleWithoutValues(step);
  await run.parts.emit({ type: 'step.started', ...stampOf(place), title });
  const when = decideTraced(run, tracedAt(place), 'when', step.when, scope);
  if (step.when.length > 0 && when.held !== 'unknown') {
    run.parts.took?.({ at: 'when', of: step, way: when.held ? 'true' : 'false' });
  }
  if (when.held !== true && !begunBefore(place)) {
    const shut = `when is false: ${when.reasons
      .filter((reason) => reason.held === false)
      .map((reason) => reason.check)
      .join('; ')}`;
    const result: StepResult =
      when.held === false ? { outcome: 'skipped', reason: shut } : undecided(run.dryRun, when.unknowns, when.error);
    return withoutItems(place, scope, title, result);
  }
  const here = async (): Promise<RanStep> => oneItem(place, title, await runItem(place, scope, nested(between)));
  if (step.runOnce === true) return runOnce(place, scope, title, here);
  if (step.forEach === undefined) return here();
  traceList(run, tracedAt(place), 'for_each', step.forEach, scope);
  const items = withBegun(evaluateItems(step.forEach, scope), begunItems(place));
  switch (items.kind) {
    case 'unknown':
      return withoutItems(place, scope, title, undecided(run.dryRun, items.unknowns));
    case 'failed':
      return withoutItems(place, scope, title, { outcome: 'failed', reason: items.reason });
    case 'items':
      run.parts.took?.({ at: 'for_each', of: step, way: items.items.length === 0 ? 'no items' : 'items' });
      return items.items.length === 0
        ? withoutItems(place, scope, title, { outcome: 'skipped', reason: 'for_each gave no items' })
        : eachItem(place, scope, title, items.items, between);
  }
}

/** A list that is read anew may lack items of which something was begun: they come first, as they did. */
function withBegun(items: Items, begun: readonly Json[]): Items {
  if (items.kind !== 'items' || begun.length === 0) return items;
  const listed = new Set(items.items.map((item) => canonicalJson(item)));
  return { kind: 'items', items: [...begun.filter((item) => !listed.has(canonicalJson(item))), ...items.items] };
}

function oneItem(place: StepPlace, title: string, ran: ItemEnd): RanStep {
  const { result } = ran.plan;
  return {
    scope: named(place, ran.scope, result, [], ran.outputs ?? {}),
    plan: stepPlan(place, ran.plan.title === '' ? title : ran.plan.title, result, [ran.plan], ran.notes),
    end: ran.end,
    bad: ran.bad,
    changed: result.outcome === 'changed',
  };
}

async function eachItem(
  place: StepPlace,
  scope: Scope,
  title: string,
  items: readonly Value[],
  between: Between,
): Promise<RanStep> {
  const ran: ItemEnd[] = [];
  for (const [index, item] of items.entries()) {
    const { askNext, ...here } = place;
    // After the last item only: until then others may wait, or change something.
    const last = index === items.length - 1 && askNext !== undefined ? { askNext } : {};
    const own: StepPlace = { ...here, ...last, item: plainJson(item) };
    const begun = place.run.parts.clock.monotonic();
    const ended = await runItem(own, extend(scope, [[place.step.as, item]]), nested(between));
    ran.push(ended);
    await emitFinished(own, ended.plan.title, ended.plan.result, begun);
    if (ended.end !== undefined || place.run.parts.stopping.aborted) break;
  }
  const plans = ran.map((entry) => entry.plan);
  const cut: HostEnd | undefined =
    ran.length < items.length && ran.at(-1)?.end === undefined
      ? { kind: 'interrupted', reason: stopReason(place.run.parts.stopping) }
      : undefined;
  const result = worst(plans);
  return {
    scope: named(place, scope, result, plans, {}),
    plan: stepPlan(
      place,
      title,
      result,
      plans,
      ran.flatMap((entry) => entry.notes),
    ),
    end: ran.at(-1)?.end ?? cut,
    bad: ran.some((entry) => entry.bad),
    changed: plans.some((plan) => plan.result.outcome === 'changed'),
  };
}

function nested(between: Between): RunNested {
  return async (place, scope) => {
    const { run, step } = place;
    if (step.remediation.kind !== 'use') throw new Error(`step ${place.id} has no use`);
    const { runbook } = step.remediation;
    const given = interpolate(step.remediation.with, scope);
    if (given.kind === 'unknown') return undecidedUse(place, undecided(run.dryRun, given.unknowns));
    if (given.kind === 'error') return failedUse(place, `with: ${given.message}`);
    const converted = run.parts.convertParams(runbook.params, membersOf(given.value));
    if (converted.problems.length > 0) return failedUse(place, `with: ${converted.problems.join('; ')}`);
    const { runId: id, startedAt } = run.parts;
    const inner = baseScope(run.planned.host, converted.params, { id, startedAt });
    const before = run.steps.length;
    const whole = { ...between, onlyPrevent: undefined, gone: async () => false };
    const item = place.item === undefined ? '' : `${place.id}[${canonicalJson(place.item)}]/`;
    const level = { prefix: `${place.id}/`, within: `${place.within}${item}`, tags: place.tags };
    const ended = await runSteps(run, runbook, inner, level, whole);
    const outputs = evaluateOutputs(runbook, ended.scope);
    // A step around one that runs once is this host's own.
    const { on, ...result } = worst(run.steps.slice(before));
    return { result, end: ended.end, bad: ended.bad, outputs };
  };
}

function undecidedUse(place: StepPlace, result: StepResult): NestedEnd {
  mayChangeAnything(place, result);
  return result.outcome === 'failed'
    ? failedUse(place, result.reason ?? 'failed')
    : { result, end: undefined, bad: false, outputs: {} };
}

function failedUse(place: StepPlace, reason: string): NestedEnd {
  const end = place.run.dryRun ? undefined : failedEnd(place, reason);
  return { result: { outcome: 'failed', reason }, end, bad: true, outputs: {} };
}

function membersOf(value: Value): { readonly [name: string]: Value } {
  return isObject(value) ? (value as { readonly [name: string]: Value }) : {};
}

async function skipStep(place: StepPlace, scope: Scope, reason: string): Promise<Scope> {
  const result: StepResult = { outcome: 'skipped', reason };
  const skipped = withoutItems(place, scope, titleWithoutValues(place.step), result);
  await finishStep(place, skipped, place.run.parts.clock.monotonic());
  return skipped.scope;
}

async function finishStep(place: StepPlace, ran: RanStep, begun: number): Promise<void> {
  place.run.steps.push(ran.plan);
  passStep(place);
  place.run.notes.push(...ran.plan.notes);
  const perItem = place.step.forEach !== undefined && ran.plan.items.length > 0;
  if (!perItem) await emitFinished(place, ran.plan.title, ran.plan.result, begun);
}

async function emitFinished(place: StepPlace, title: string, result: StepResult, begun: number): Promise<void> {
  const ms = place.run.parts.clock.monotonic() - begun;
  await place.run.parts.emit({ type: 'step.finished', ...stampOf(place), title, result, ms });
}
