import type { Scope } from '../expr/evaluate.ts';
import { foldNames } from '../model/fold-names.ts';
import { HostFailure } from '../model/host-failure.ts';
import { isObject } from '../model/json.ts';
import type { HostPlan } from '../model/plan.ts';
import type { StepResult } from '../model/result.ts';
import { Unknown } from '../model/unknown.ts';
import type { Value } from '../model/value.ts';
import type { HostEnd } from './host-end.ts';
import type { HostRun, Touch } from './host-run.ts';
import type { Limit } from './limit.ts';
import type { OnceAt, OnceDesk, Shared } from './once-desk.ts';
import { endsHost, named, type RanStep, stepPlan, withoutItems } from './ran-step.ts';
import { extend, stepValue, withStep } from './scope.ts';
import { failedEnd, mayChangeAnything } from './settle.ts';
import type { StepPlace } from './step-place.ts';
import { askBefore } from './stepping.ts';
import { stopReason } from './stop-reason.ts';

/** Runs a `run_once` step here, if it is this host's to run; else waits, and shares what it comes to on the host that runs it. */
export async function runOnce(
  place: StepPlace,
  scope: Scope,
  title: string,
  runHere: () => Promise<RanStep>,
): Promise<RanStep> {
  const { once, stopping } = place.run.parts;
  if (once === undefined) return runHere();
  const at = onceAt(place);
  const turn = await once.take(at, asideOf(place.run.held));
  switch (turn.kind) {
    case 'mine':
      return runForAll(once, at, place, scope, title, runHere);
    case 'shared':
      return share(place, scope, title, turn.shared);
    case 'refused':
      return refused(place, scope, title, turn.reason);
    case 'interrupted':
      return interrupted(place, scope, title, stopReason(stopping));
  }
}

/** This host has this step, and all that is inside it, behind it. */
export function passStep(place: StepPlace): void {
  place.run.parts.once?.pass(onceAt(place));
}

/** By a step's key: the hosts to which a plan leaves the steps that run once. */
export function leftByPlan({ steps }: HostPlan): ReadonlyMap<string, string> {
  return new Map(
    steps.flatMap(({ id, within = '', result: { on } }) => (on === undefined ? [] : [[`${within}${id}`, on] as const])),
  );
}

function onceAt({ run, id, within }: StepPlace): OnceAt {
  const key = `${within}${id}`;
  const host = run.leftTo.get(key);
  return {
    host: run.planned.host.name,
    phase: run.dryRun ? 'look' : 'change',
    key,
    ...(host === undefined ? {} : { leftTo: { host, firmly: run.parts.asked === true || run.shown !== undefined } }),
  };
}

/** Gives all of these places away while it waits; takes them again in their order. */
function asideOf(held: readonly Limit[]): <T>(wait: () => Promise<T>) => Promise<T> {
  return (wait) => held.reduce((inner, limit) => () => limit.aside(inner), wait)();
}

async function runForAll(
  once: OnceDesk,
  at: OnceAt,
  place: StepPlace,
  scope: Scope,
  title: string,
  runHere: () => Promise<RanStep>,
): Promise<RanStep> {
  const { run } = place;
  const before = { fixBegun: run.fixBegun, units: run.standing.length, touches: touchesOf(run).length };
  run.fixBegun = false;
  const tell = (result: StepResult, after: Scope): Shared => {
    const touches = touchesOf(run).slice(before.touches);
    const names = place.step.probes.map(({ name }) => [name, after.get(name) ?? new Unknown('not read')] as const);
    const made = !run.dryRun;
    return { host: at.host, result, value: stepValueOf(after, place.step.id), names, touches, made };
  };
  try {
    if ((await askBefore(place)) === 'stop') {
      once.settle(at, undefined);
      return interrupted(place, scope, title, 'stopped by hand');
    }
    const ran = await runHere();
    const leaves = ran.end !== undefined && leavesIt(ran.end);
    const cut: StepResult = { outcome: 'failed', reason: 'it did not come to its end' };
    const told = tell(leaves ? cut : ran.plan.result, ran.scope);
    const ends = ran.end?.kind === 'failed' ? ({ ends: true } as const) : {};
    once.settle(at, leaves && !run.fixBegun ? undefined : { ...told, ...ends });
    for (const [index, unit] of run.standing.entries()) {
      if (index < before.units) continue;
      run.standing[index] = { ...unit, takeBack: () => takeBackForAll(once, at, place, unit.takeBack) };
    }
    return ran;
  } catch (error) {
    const lost = error instanceof HostFailure && run.fixBegun;
    const result: StepResult = { outcome: 'unknown', reason: lost ? error.message : 'unknown' };
    const after = named(place, scope, result, [], {});
    once.settle(at, lost ? tell(result, after) : undefined);
    throw error;
  } finally {
    run.fixBegun ||= before.fixBegun;
  }
}

function touchesOf({ dryRun, pending, made }: HostRun): readonly Touch[] {
  return (dryRun ? pending : made).map(({ on, touches }) => ({ on, touches }));
}

function stepValueOf(scope: Scope, id: string): Value {
  const steps = scope.get('steps');
  const all = isObject(steps) ? (steps as { readonly [step: string]: Value }) : {};
  return all[id] ?? {};
}

/** Ends that are this host's own: what was to be done for all is still to be done. */
function leavesIt({ kind }: HostEnd): boolean {
  return kind === 'concluded' || kind === 'refused' || kind === 'interrupted';
}

async function takeBackForAll(
  once: OnceDesk,
  at: OnceAt,
  { id, run }: StepPlace,
  takeBack: () => Promise<string | undefined>,
): Promise<string | undefined> {
  const left = await takeBack();
  const how = left === undefined ? 'was taken back there' : `could not be taken back there (${left})`;
  const result: StepResult = { outcome: 'failed', reason: `it ${how}` };
  const value = stepValue(id, result, [], {});
  const sharing = once.replace(at, { host: at.host, result, value, names: [], touches: [], made: true });
  if (sharing.length > 0) {
    const message = `step ${id}, which ${at.host} ran for all (run_once), ${how}; ${foldNames(sharing)} had counted on it`;
    await run.parts.emit({ type: 'warning', message });
  }
  return left;
}

/** What it came to there is what it comes to here: a failure too. */
function share(place: StepPlace, scope: Scope, title: string, shared: Shared): RanStep {
  const { run, step } = place;
  const result = resultHere(shared);
  const { outcome, reason = '' } = result;
  mayChangeAnything(place, result);
  const touched = touchesHere(run, shared);
  if (run.dryRun && !shared.made) run.pending.push(...touched.map((touch) => ({ step: place.id, ...touch })));
  else run.touchedElsewhere.push(...touched);
  const unknown: HostEnd | undefined =
    outcome === 'unknown' && !run.dryRun ? { kind: 'unknown', step: place.id, reason } : undefined;
  return {
    scope: withStep(extend(scope, shared.names), step.id, shared.value),
    plan: stepPlan(place, title, result, [], []),
    end: shared.ends === true || endsHost(place, result) ? failedEnd(place, reason) : unknown,
    bad: outcome === 'failed' || outcome === 'unknown',
    changed: outcome === 'changed',
  };
}

/**
 * What was changed on the host that ran the step may be the same thing here (a shared folder, a database): that cannot be told.
 * What it delegated to another host is of that one alone.
 */
function touchesHere(run: HostRun, shared: Shared): readonly Touch[] {
  return shared.touches.flatMap(({ on, touches }): readonly Touch[] => {
    if (on === undefined) return [undefined, shared.host].map((each) => ({ on: each, touches }));
    return [{ on: on === run.planned.host.name ? undefined : on, touches }];
  });
}

function resultHere({ host, result }: Shared): StepResult {
  const { outcome, reason, rollbackFailed, waitsOn } = result;
  const why = [reason, rollbackFailed].filter((text) => text !== undefined).join('; ');
  return {
    // Nothing was rolled back here.
    outcome: outcome === 'rolled_back' ? 'failed' : outcome,
    reason: `on ${host} (run once)${why === '' ? '' : `: ${why}`}`,
    ...(waitsOn === undefined ? {} : { waitsOn }),
    on: host,
  };
}

function refused(place: StepPlace, scope: Scope, title: string, reason: string): RanStep {
  if (place.run.dryRun) return withoutItems(place, scope, title, { outcome: 'failed', reason });
  const skipped = withoutItems(place, scope, title, { outcome: 'skipped', reason });
  return { ...skipped, end: { kind: 'refused', reason }, bad: true };
}

function interrupted(place: StepPlace, scope: Scope, title: string, reason: string): RanStep {
  return { ...withoutItems(place, scope, title, { outcome: 'skipped', reason }), end: { kind: 'interrupted', reason } };
}
