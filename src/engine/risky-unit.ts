import type { Scope } from '../expr/evaluate.ts';
import type { UnitRecord } from '../model/history.ts';
import { HostFailure } from '../model/host-failure.ts';
import type { StepResult } from '../model/result.ts';
import type { Check, Risky, StepRollback } from '../model/runbook.ts';
import { type Claim, confirmDone } from './confirm-done.ts';
import { DeadManSwitch, notKept } from './dead-man.ts';
import { markRecorded } from './delegate.ts';
import { fixKey } from './fix-key.ts';
import type { DueChange } from './inspect-calls.ts';
import type { OwnClaims } from './own-claims.ts';
import { goesOn } from './past.ts';
import { type Resumed, recordedTry, resumeUnit } from './resume-unit.ts';
import { failedParts, runCheck } from './run-check.ts';
import { lookOf, type StepPlace, stampOf } from './step-place.ts';

/** The switch of a unit that has one. */
export function deadManOf(
  place: StepPlace,
  unit: {
    readonly risky: Risky | undefined;
    readonly rollback: StepRollback;
    readonly alternative: string | undefined;
  },
  scope: Scope,
): DeadManSwitch | undefined {
  const { risky, rollback, alternative } = unit;
  return risky === undefined ? undefined : new DeadManSwitch(place, { risky, rollback, alternative }, scope);
}

/** Reaches the host as anybody would have to from now on. */
const reachable: Check = { probes: [], that: [], withinMs: 0, everyMs: 1000, fresh: true };

/**
 * Whether a fix that was applied does what it claims. A risky one stays only when that holds over a new connection, and
 * its host could be told so in time.
 */
export async function confirmUnit(
  place: StepPlace,
  unit: Claim & { readonly risky: Risky | undefined; readonly alternative: string | undefined },
  due: readonly DueChange[],
  scope: Scope,
  deadMan: DeadManSwitch | undefined,
): Promise<StepResult> {
  if (unit.risky === undefined || deadMan === undefined) return confirmDone(place, unit, due, scope);
  const held = await holds(place, unit, due, scope);
  if (held.outcome !== 'changed') return held;
  const settled = await deadMan.disarm();
  if (settled.kind === 'disarmed' || settled.kind === 'none') {
    await markRecorded(place.run, fixKey(place, unit.alternative));
    return held;
  }
  return { outcome: settled.kind === 'unreached' ? 'unknown' : 'failed', reason: notKept(settled, unit.risky) };
}

/** How a risky fix ended need not be known: its host takes it back, and says so. */
export async function takenBackByHost(
  reason: string,
  undo: () => Promise<string | undefined>,
): Promise<{ readonly result: StepResult; readonly takeBack: () => Promise<string | undefined> }> {
  const left = await undo();
  const result: StepResult =
    left === undefined ? { outcome: 'failed', reason } : { outcome: 'unknown', reason: `${reason}; ${left}` };
  return { result, takeBack: async () => left };
}

async function holds(
  place: StepPlace,
  { calls, verify = reachable }: Claim,
  due: readonly DueChange[],
  scope: Scope,
): Promise<StepResult> {
  const { run } = place;
  try {
    const looked = await runCheck(run, lookOf(place, 'verify', true), { ...verify, fresh: true }, scope);
    const { held, reasons, looks: attempt } = looked;
    await run.parts.emit({ type: 'verify.looked', ...stampOf(place), held, reasons, attempt });
    if (!held) return { outcome: 'failed', reason: `verify does not hold: ${failedParts(reasons)}` };
    return await confirmDone(place, { calls, verify: undefined }, due, scope);
  } catch (error) {
    if (!(error instanceof HostFailure) || error.phase === 'cancelled') throw error;
    return { outcome: 'failed', reason: `the host was lost after the fix: ${error.message}` };
  }
}

/** Settles what an earlier process of this run left of a unit: first by what the host did about it by itself. */
export async function resumeGuarded(
  place: StepPlace,
  deadMan: DeadManSwitch | undefined,
  record: UnitRecord,
  claims: OwnClaims,
): Promise<Resumed> {
  const reverted = await revertedMeanwhile(place, deadMan, record);
  if (reverted !== undefined) return reverted;
  // A host that takes it back by itself must not be kept from that by what stands there meanwhile.
  const resumed = await resumeUnit(place, record, deadMan?.isArmed === true ? 'later' : claims);
  if (resumed.kind === 'fresh') await deadMan?.idle();
  if (resumed.kind !== 'unknown' || deadMan?.isArmed !== true) return resumed;
  // How it ended need not be known: the host takes all of it back that was begun.
  return { ...resumed, kind: 'failed', standing: recordedTry(place.run.parts.registry, record), takenBack: false };
}

/** What a host did since then; `undefined`: nothing, and it stands as it would without a switch. */
async function revertedMeanwhile(
  place: StepPlace,
  deadMan: DeadManSwitch | undefined,
  record: UnitRecord,
): Promise<Resumed | undefined> {
  const { run } = place;
  const { finished, rollback } = record;
  const settled = finished?.outcome === 'changed' || finished?.outcome === 'rolled_back' || rollback === 'done';
  if (deadMan === undefined || settled || run.past === undefined || !goesOn(run.past, record)) return undefined;
  const found = await deadMan.find(record);
  const acted = found.kind === 'torn' || found.kind === 'firing' || (found.kind === 'reverted' && found.begun);
  if (!acted) return undefined;
  const standing = recordedTry(run.parts.registry, record);
  return { kind: 'failed', reason: 'nobody confirmed it in time', standing, takenBack: false };
}
