import type { UnitRecord } from '../model/history.ts';
import type { HostOutcome } from '../model/plan.ts';
import type { Risky, Runbook, Step } from '../model/runbook.ts';
import { askResult } from './ask-result.ts';
import { notMet } from './begun-before.ts';
import { keyText } from './fix-key.ts';
import type { HostRun } from './host-run.ts';
import type { Claims } from './own-claims.ts';
import { isUnsettled } from './past.ts';
import { redacted } from './recorded-change.ts';
import { recordedTry } from './resume-unit.ts';
import type { StepPlace } from './step-place.ts';

/**
 * Asks the host how all ended that an earlier process of this run began there and of which nobody wrote down the end, before
 * anything is read or concluded. What a dead man's switch stands over is left to its step, which asks that first.
 */
export async function settleBegun(run: HostRun): Promise<void> {
  for (const unit of notMet(run)) {
    const found = placeOf(run, unit);
    if (found !== undefined && found.risky === undefined) await settleUnit(run, unit, found.place, 'later');
  }
}

/** A host's outcome, with what was begun there and this walk did not come to: that stands, and may be unfinished. */
export async function withNotMet(run: HostRun, outcome: HostOutcome): Promise<HostOutcome> {
  for (const unit of notMet(run)) {
    const found = placeOf(run, unit);
    if (found !== undefined) await settleUnit(run, unit, found.place, 'none');
  }
  const madeBy = (unit: UnitRecord) => recordedTry(run.parts.registry, unit).map(({ planned }) => planned.summary);
  const left = notMet(run).filter((unit) => {
    const stands = unit.rollback !== 'done' && (isUnsettled(unit) || madeBy(unit).length > 0);
    return stands && !metUnderSecret(run, keyText(unit.key));
  });
  if (left.length === 0) return outcome;
  const standing = left.flatMap(madeBy);
  const all = { ...outcome, standing: [...(outcome.standing ?? []), ...standing] };
  const open = left.filter(({ finished }) => finished?.outcome !== 'changed');
  const claimsNone = ['healthy', 'rolled_back', 'not_started'].includes(outcome.verdict);
  if (outcome.verdict === 'rollback_failed' || (open.length === 0 && !claimsNone)) return all;
  if (open.length === 0 && outcome.verdict === 'healthy') return { ...all, verdict: 'fixed' };
  if (outcome.stopped === true && !left.some(isUnsettled)) {
    return { ...all, verdict: 'not_fixed', reason: 'interrupted between two steps; what was changed stays' };
  }
  const reasons = (open.length === 0 ? left : open).map((unit) => whyOpen(run, unit));
  const before = outcome.verdict === 'unknown' && outcome.reason !== undefined ? [outcome.reason] : [];
  return { ...all, verdict: 'unknown', reason: [...before, ...reasons].join('; ') };
}

function whyOpen({ parts }: HostRun, unit: UnitRecord): string {
  const { step, item, attempts, finished, rollback } = unit;
  const which = `step ${step}${item === undefined ? '' : ` [${JSON.stringify(item)}]`}`;
  const began = `${which} was begun before the run broke off, and this walk did not come to it`;
  const { outcome, reason } = attempts.at(-1)?.result ?? {};
  if (rollback === 'begun') return `${began}: how far it was taken back is not known`;
  if (isUnsettled(unit) && keyText(unit.key).includes(redacted)) {
    return `${began}: a secret is part of its name, and no journal holds that: whether it is over shows on the host alone`;
  }
  if (isUnsettled(unit)) return `${began}: ${reason ?? 'how it ended is not known'}`;
  const how =
    finished?.outcome === 'changed' || outcome === 'done' ? 'was carried out' : `failed (${reason ?? 'failed'})`;
  return `${began}: it ${how}, and what it changed stands; mendgate undo ${parts.runId} takes it back`;
}

async function settleUnit(run: HostRun, unit: UnitRecord, place: StepPlace, claims: Claims): Promise<void> {
  const last = unit.attempts.at(-1);
  const key = keyText(unit.key);
  // A marker goes by the key as it was, which a secret in it hides.
  if (last === undefined || !isUnsettled(unit) || unit.rollback !== undefined || key.includes(redacted)) return;
  // Asked already: more than the host its step would have to say, which the walk does not come to.
  if (run.past?.asked.has(key) === true && !run.past.saidAll.has(key)) return;
  const result = await askResult(place, unit, last, claims);
  run.past?.units.set(key, { ...unit, attempts: [...unit.attempts.slice(0, -1), { ...last, result }] });
}

/** Where the step of a unit stands in the runbook, which is as it was. */
function placeOf(
  run: HostRun,
  { key, step: id, item, alternative }: UnitRecord,
): { readonly place: StepPlace; readonly risky: Risky | undefined } | undefined {
  const found = stepAt(run.runbook, id.split('/'));
  if (found === undefined) return undefined;
  const { remediation } = found.step;
  const chosen =
    remediation.kind === 'alternatives' ? remediation.alternatives.find((each) => each.id === alternative) : found.step;
  const within = String(key[2]).slice(0, -id.length);
  return { place: { run, ...found, id, within, tags: [], item }, risky: chosen?.risky };
}

function stepAt(
  runbook: Runbook,
  [id, ...inside]: readonly string[],
): { readonly runbook: Runbook; readonly step: Step } | undefined {
  const step = runbook.steps.find((each) => each.id === id);
  if (step === undefined || inside.length === 0) return step === undefined ? undefined : { runbook, step };
  return step.remediation.kind === 'use' ? stepAt(step.remediation.runbook, inside) : undefined;
}

/** A key with a secret in it is not in the journal as it is: whether it can be one of those that the walk came to. */
function metUnderSecret({ past }: HostRun, masked: string): boolean {
  const parts = masked.split(redacted);
  return parts.length > 1 && [...(past?.met ?? [])].some((key) => inOrder(parts, key));
}

function inOrder(parts: readonly string[], text: string): boolean {
  let from = 0;
  for (const part of parts) {
    const at = text.indexOf(part, from);
    if (at === -1) return false;
    from = at + part.length;
  }
  return true;
}
