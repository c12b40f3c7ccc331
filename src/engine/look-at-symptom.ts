import type { Scope } from '../expr/evaluate.ts';
import type { HostPlan, Reason } from '../model/plan.ts';
import type { Unknown } from '../model/unknown.ts';
import { begunBefore } from './begun-before.ts';
import { foreseeFix, foreseeLooks } from './foresee.ts';
import type { HostRun } from './host-run.ts';
import { askAhead } from './read-ahead.ts';
import { type Look, readProbes } from './read-probes.ts';
import { runCheck } from './run-check.ts';
import { placeAt, topLevel } from './step-place.ts';
import { decideTraced } from './trace-conditions.ts';

export interface SymptomLook {
  readonly state: HostPlan['symptom'];
  readonly reasons: readonly Reason[];
  readonly unknowns: readonly Unknown[];
  /** With the symptom's probes, seen everywhere. */
  readonly scope: Scope;
}

/** The first look: is there anything to mend? */
export async function lookAtSymptom(run: HostRun, scope: Scope): Promise<SymptomLook> {
  const { symptom } = run.runbook;
  // The diagnosis may be minutes old: what it asked for and did not take is none of this walk's.
  run.session.ahead.clear();
  foreseeLooks(run);
  if (symptom === undefined) {
    foreseeFix(run);
    return { state: 'none', reasons: [], unknowns: [], scope };
  }
  const seen = await readProbes(run, symptomLook(run, 'symptom', false), symptom.probes, scope);
  const decision = decideTraced(run, {}, 'present', symptom.present, seen);
  if (decision.held === true) foreseeFix(run);
  if (decision.held !== 'unknown') {
    run.parts.took?.({ at: 'symptom', of: symptom, way: decision.held ? 'present' : 'absent' });
  }
  await run.parts.emit({
    type: 'symptom.looked',
    host: run.planned.host.name,
    when: 'first',
    present: decision.held,
    reasons: decision.reasons,
  });
  const seenNow = decision.held === 'unknown' ? 'unknown' : decision.held ? 'present' : 'absent';
  // Where a cure was begun before the run broke off, the symptom was there; what was begun may have ended it since.
  const cured =
    !run.dryRun &&
    run.runbook.steps.some((step) => !step.prevent && begunBefore(placeAt(run, run.runbook, topLevel, step)));
  const state = cured ? 'present' : seenNow;
  return { state, reasons: decision.reasons, unknowns: decision.unknowns, scope: seen };
}

/** After a fix and at the end: is it gone? Looks as long as `gone.within` says. */
export async function symptomGone(run: HostRun, scope: Scope, when: 'after_fix' | 'last'): Promise<boolean> {
  const { symptom } = run.runbook;
  if (symptom === undefined) return false;
  const looked = await runCheck(run, symptomLook(run, 'symptom.gone', true), symptom.gone, scope);
  const present = looked.unknown ? 'unknown' : !looked.held;
  await run.parts.emit({ type: 'symptom.looked', host: run.planned.host.name, when, present, reasons: looked.reasons });
  return looked.held;
}

/** Asks ahead for what {@link symptomGone} will look at. */
export function askSymptomGone(run: HostRun, scope: Scope): void {
  const gone = run.runbook.symptom?.gone;
  if (gone !== undefined && !gone.fresh) {
    askAhead(run, symptomLook(run, 'symptom.gone', true), gone.probes, scope, false);
  }
}

function symptomLook(run: HostRun, prefix: string, anew: boolean): Look {
  return {
    runbook: run.runbook,
    become: undefined,
    delegateTo: undefined,
    step: undefined,
    item: undefined,
    prefix,
    anew,
  };
}
