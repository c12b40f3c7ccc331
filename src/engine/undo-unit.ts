import type { UnitRecord } from '../model/history.ts';
import { HostFailure } from '../model/host-failure.ts';
import type { PlannedChange } from '../model/plan.ts';
import type { StepResult } from '../model/result.ts';
import type { Step } from '../model/runbook.ts';
import { notBegun } from './attempt-fix.ts';
import { markRecorded } from './delegate.ts';
import { reasonFor } from './helps.ts';
import type { HostRun, MadeChange } from './host-run.ts';
import type { Recorded } from './resume-unit.ts';
import { makeRollbackCalls, type RolledBack, undoChanges } from './roll-back.ts';
import { type StepPlace, stampOf } from './step-place.ts';
import { type CallsDue, callsDue, dueOf, overlap, type Standing } from './undo-due.ts';
import { changedSince, ownCall, undone } from './undo-look.ts';

/** What was done about one unit of the undone run. */
export interface UnitUndo {
  readonly result: StepResult;
  readonly changes: readonly PlannedChange[];
}

/** Looks again at one unit, and takes back what of it stands. `skipped`: the host is not as it was; nothing was begun. */
export async function undoUnit(place: StepPlace, entry: Standing, all: readonly Recorded[]): Promise<UnitUndo> {
  const { run } = place;
  const nothing = (result: StepResult): UnitUndo => ({ result, changes: [] });
  const due: Recorded[] = [];
  try {
    const calls = await callsDue(run, entry);
    if (calls.kind === 'undecided') return nothing({ outcome: 'skipped', reason: calls.why });
    if (calls.kind === 'drift') return nothing({ outcome: 'skipped', reason: changedSince(calls.why) });
    for (const recorded of entry.changes) {
      const how = await dueOf(run, entry, recorded, all);
      if (how.kind === 'undecided') return nothing({ outcome: 'skipped', reason: how.why });
      // A change below another one of the same unit is looked at again when that one is taken back.
      const below = entry.changes.some((other) => other !== recorded && overlap(other, recorded));
      if (how.kind === 'drift' && !below) return nothing({ outcome: 'skipped', reason: changedSince(how.why) });
      if (how.kind === 'undo') due.push(how.from);
      if (how.kind === 'drift') due.push(recorded);
    }
    const own = calls.kind === 'due' ? calls : undefined;
    if (own === undefined && due.length === 0) return nothing({ outcome: 'ok' });
    const changes = [...(own?.changes ?? []).map(ownCall), ...due.map(undone)];
    for (const change of changes) await run.parts.emit({ type: 'change.planned', ...stampOf(place), change });
    return { result: await takeBackUnit(place, entry, own, due), changes };
  } catch (error) {
    if (!(error instanceof HostFailure) || !run.fixBegun) throw error;
    // Earlier steps are taken back, and written down; of this one nothing was begun.
    return nothing({ outcome: 'failed', reason: `${reasonFor(run, error)}; undo it again to go on` });
  }
}

/** As takeBack of a run does it: the author's calls, then the actions' own undos. */
async function takeBackUnit(
  place: StepPlace,
  { unit, attempt, earlier }: Standing,
  own: Extract<CallsDue, { kind: 'due' }> | undefined,
  due: readonly Recorded[],
): Promise<StepResult> {
  const { run } = place;
  const { emit, runId } = run.parts;
  const key = [runId, ...unit.key.slice(1)];
  const made = due.flatMap((entry) => madeChange(place, key, entry));
  // `undoChanges` takes the last back first.
  made.reverse();
  const changes = [...(own?.changes ?? []).map(ownCall), ...made.map(({ planned }) => planned)];
  const refused = await notBegun(() => emit({ type: 'rollback.intent', ...stampOf(place), key, attempt, changes }));
  if (refused !== undefined) return { outcome: 'failed', reason: `not taken back: ${refused.message}` };
  run.fixBegun = true;
  // Of the undone run: however many undos there are, and wherever they break off, its host begins the calls once.
  const callsKey = [...unit.key, 'undo', 'calls', attempt, earlier?.failed ?? 0];
  const called = own === undefined ? undefined : await makeRollbackCalls(place, own.calls, callsKey);
  const texts = [called === undefined ? undefined : whyNot(called), await undoChanges(place, made)];
  const left = texts.filter((text) => text !== undefined).join('; ');
  await emit({
    type: 'rollback.result',
    ...stampOf(place),
    key,
    done: left === '',
    ...(called === undefined ? {} : { calls: called.kind }),
    ...(called?.kind === 'unknown' && called.final === true ? { final: true } : {}),
    ...(left === '' ? {} : { reason: left }),
  });
  if (left === '') for (const each of [key, callsKey]) await markRecorded(run, each);
  return left === '' ? { outcome: 'rolled_back' } : { outcome: 'failed', reason: left, rollbackFailed: left };
}

function whyNot(called: RolledBack): string | undefined {
  if (called.kind === 'done') return undefined;
  const then =
    called.kind === 'unknown' && called.final === true ? '; undone again, the rest is taken back without it' : '';
  return `${called.reason}${then}`;
}

function madeChange(
  place: StepPlace,
  key: UnitRecord['key'],
  { due, planned, index }: Recorded,
): readonly MadeChange[] {
  if (typeof due === 'string') return [];
  const { action, params, before, change, touches, become, on } = due;
  return [
    { step: place.id, action, params, before, change, touches, become, on, planned, undoKey: [...key, 'undo', index] },
  ];
}

const undoTimeoutMs = 300_000;

/** A place for an undo: the runbook that the step stood in may not be there any more. */
export function placeOf(run: HostRun, unit: UnitRecord): StepPlace {
  const step: Step = {
    id: unit.step,
    title: `Undo step ${unit.step}`,
    tags: [],
    when: [],
    as: 'item',
    probes: [],
    conclude: [],
    gate: [],
    remediation: { kind: 'none' },
    rollback: { kind: 'own' },
    onFailure: 'rollback',
    timeoutMs: undoTimeoutMs,
    prevent: false,
  };
  return { run, runbook: run.runbook, step, id: unit.step, within: '', tags: [], item: unit.item };
}
