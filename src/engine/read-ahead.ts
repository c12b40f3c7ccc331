import { decide } from '../expr/cond.ts';
import type { Scope } from '../expr/evaluate.ts';
import type { ProbeCall, Step } from '../model/runbook.ts';
import { Unknown } from '../model/unknown.ts';
import { evaluateItems } from './for-each.ts';
import type { HostRun } from './host-run.ts';
import { askProbe, type Look, readingId, readyProbe, reusable } from './read-probes.ts';
import { extend } from './scope.ts';
import { lookOf, type StepPlace } from './step-place.ts';
import { namesOf } from './waves.ts';

/**
 * Asks for what these probes will be asked for, as far as their params can be told by now, so that all of it travels in
 * the write that goes out anyway. Whoever reads such a probe later takes that answer; a fix or a new connection drops all
 * that was not taken. `uncertain`: the reading may not come to be needed, so a probe that leaves a trace is not asked.
 */
export function askAhead(
  run: HostRun,
  look: Look,
  calls: readonly ProbeCall[],
  scope: Scope,
  uncertain: boolean,
): void {
  for (const call of calls) {
    const names = namesOf(call);
    // What earlier steps come to is not told yet, whatever stands there now.
    if (names.some((name) => !scope.has(name) || name === 'steps')) continue;
    for (const { own, id } of readingsOf(look, call, scope)) {
      const ready = readyProbe(run, look, call, own, id);
      // Another host's step may change there meanwhile what would be read ahead.
      if (ready instanceof Unknown || ready.on !== undefined || reusable(run, look, ready) !== undefined) continue;
      if (uncertain && ready.probe.trace(ready.shown as never) !== undefined) continue;
      askProbe(run, look, call, ready);
    }
  }
}

function readingsOf(look: Look, call: ProbeCall, scope: Scope): readonly { own: Scope; id: string }[] {
  if (call.forEach === undefined) return [{ own: scope, id: readingId(look, call) }];
  const items = evaluateItems(call.forEach, scope);
  if (items.kind !== 'items') return [];
  return items.items.map((item) => ({ own: extend(scope, [[call.as, item]]), id: readingId(look, call, item) }));
}

/**
 * Asks for what the first of these steps looks at, and the ones after it: until one that may end or delay the host's way, or
 * that will change something. `placeOf` gives a step's place.
 */
export function askSteps(run: HostRun, steps: readonly Step[], placeOf: (step: Step) => StepPlace, scope: Scope): void {
  for (const [index, step] of steps.entries()) {
    const later = index > 0;
    // Others are there first.
    if (step.throttle !== undefined || step.runOnce === true) return;
    if (step.forEach !== undefined || (step.when.length > 0 && (later || decide(step.when, scope).held !== true)))
      return;
    const place = placeOf(step);
    askAhead(run, lookOf(place), step.probes, scope, later);
    if (step.conclude.some((conclusion) => conclusion.verdict !== undefined)) return;
    if (step.remediation.kind === 'use' || (step.prevent && later)) return;
    const { verify } = step;
    if (step.remediation.kind === 'none' && verify?.fresh === false) {
      askAhead(run, lookOf(place, 'verify', true), verify.probes, scope, later);
    }
    // What waits may see something else afterwards.
    if (verify !== undefined && (verify.fresh || verify.withinMs > 0)) return;
    if (!run.dryRun && willChange(run, place.id)) return;
  }
}

function willChange(run: HostRun, id: string): boolean {
  const start = JSON.stringify([id]).slice(0, -1);
  for (const key of run.approved.keys()) if (key.startsWith(start)) return true;
  return false;
}

/** After a fix: what its verify and the symptom's look will ask, where nothing is awaited in between. */
export function askAfterFix(run: HostRun, place: StepPlace, verify: Step['verify'], scope: Scope): void {
  if (verify?.fresh === true) return;
  if (verify !== undefined) askAhead(run, lookOf(place, 'verify', true), verify.probes, scope, false);
  if (verify === undefined || verify.withinMs === 0) place.askNext?.(scope);
}
