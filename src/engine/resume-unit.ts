import type { AttemptRecord, UnitRecord } from '../model/history.ts';
import { canonicalJson } from '../model/json.ts';
import type { Registry } from '../model/pack.ts';
import type { PlannedChange } from '../model/plan.ts';
import { resultOf } from './ask-result.ts';
import { backKey } from './fix-key.ts';
import type { HostRun, MadeChange } from './host-run.ts';
import type { DueChange } from './inspect-calls.ts';
import { standsAs } from './look-again.ts';
import type { Claims } from './own-claims.ts';
import { goesOn } from './past.ts';
import { plainJson } from './plain-json.ts';
import { maskedChange, recordedChange } from './recorded-change.ts';
import type { StepPlace } from './step-place.ts';

/** How a unit stands that an earlier process of this run was at. */
export type Resumed =
  /** Nothing of it was begun: it is attempted, from this attempt on. */
  | { readonly kind: 'fresh'; readonly attempt: number }
  /** Its changes are made. `verified`: its own claim held too. `takenBack`: later, and that was done already. */
  | {
      readonly kind: 'made';
      readonly standing: readonly Recorded[];
      readonly verified: boolean;
      readonly takenBack: boolean;
    }
  /** `takenBack`: that was done already. */
  | {
      readonly kind: 'failed';
      readonly reason: string;
      readonly standing: readonly Recorded[];
      readonly takenBack: boolean;
    }
  | { readonly kind: 'unknown'; readonly reason: string; readonly standing: readonly Recorded[] };

/** A change of a unit's record; `due` is a text where it can't be looked at or undone any more. */
export interface Recorded {
  readonly planned: PlannedChange;
  readonly due: DueChange | string;
  /** Its place among the changes of its try, or of the whole unit: part of its undo's key. */
  readonly index: number;
}

/** Settles what another process left of a unit: by its record, else by the host's marker, else by what stands on the host. */
export async function resumeUnit(place: StepPlace, record: UnitRecord, claims: Claims): Promise<Resumed> {
  const last = record.attempts.at(-1);
  const { past } = place.run;
  if (last === undefined || past === undefined || !goesOn(past, record)) return fresh(record);
  const earlier = lastTry(record).slice(0, -1).flatMap(begunOf);
  const { finished, rollback } = record;
  if (finished?.outcome === 'changed') {
    return {
      kind: 'made',
      standing: recorded(place.run.parts.registry, record, [...earlier, ...last.changes]),
      verified: true,
      takenBack: rollback === 'done',
    };
  }
  if (rollback === 'done' || finished?.outcome === 'rolled_back') {
    const reason = finished?.reason ?? last.result?.reason ?? 'its fix failed before the run broke off';
    const standing = recorded(place.run.parts.registry, record, [...earlier, ...begunOf(last)]);
    return { kind: 'failed', reason, standing, takenBack: true };
  }
  if (rollback !== undefined) {
    const standing = recorded(place.run.parts.registry, record, [...earlier, ...begunOf(last)]);
    const reason = finished?.reason ?? last.result?.reason ?? 'it was being taken back when the run broke off';
    return { kind: 'failed', reason, standing, takenBack: false };
  }
  const result = await resultOf(place, record, last, claims);
  const standing = (changes: readonly PlannedChange[]) =>
    recorded(place.run.parts.registry, record, [...earlier, ...changes]);
  switch (result.outcome) {
    case 'done':
      return { kind: 'made', standing: standing(last.changes), verified: false, takenBack: false };
    case 'not_started':
      if (earlier.length === 0) return fresh(record);
      return {
        kind: 'failed',
        reason: 'only a part was done before the run broke off',
        standing: standing([]),
        takenBack: false,
      };
    case 'failed': {
      const begun = standing(last.changes.slice(0, result.begun ?? last.changes.length));
      return { kind: 'failed', reason: result.reason ?? 'failed', standing: begun, takenBack: false };
    }
    case 'unknown':
      return {
        kind: 'unknown',
        reason: `${result.reason ?? 'unknown'}${result.final === true ? byHand : ''}`,
        standing: standing(last.changes.slice(0, result.begun ?? 0)),
      };
  }
}

const byHand = '; look at it by hand: an undo takes back all else, and a resume asks its step again';

function fresh(record: UnitRecord): Resumed {
  return { kind: 'fresh', attempt: Math.max(0, ...record.attempts.map(({ attempt }) => attempt)) + 1 };
}

function begunOf({ changes, result }: AttemptRecord): readonly PlannedChange[] {
  if (result?.outcome === 'not_started') return [];
  return result?.outcome === 'failed' ? changes.slice(0, result.begun ?? changes.length) : changes;
}

/** What of a unit stands according to its record, whichever try made it, in the order in which it was made. */
export function recordedUnit(registry: Registry, record: UnitRecord): Recorded[] {
  return [...recorded(registry, record, record.attempts.flatMap(begunOf), record.attempts)];
}

/** What the last try of a unit made. */
export function recordedTry(registry: Registry, record: UnitRecord): readonly Recorded[] {
  return recorded(registry, record, lastTry(record).flatMap(begunOf));
}

/** Of a host that had ended and is tried again: what somebody has changed since, as far as that can be looked at, counts as made no longer. */
export async function forgetDrifted(run: HostRun): Promise<void> {
  const { past } = run;
  if (past?.ended !== true) return;
  for (const [key, unit] of past.units) {
    if (goesOn(past, unit) && !(await stillStands(run, unit))) past.drifted.add(key);
  }
}

async function stillStands(run: HostRun, record: UnitRecord): Promise<boolean> {
  const made = recordedTry(run.parts.registry, record).flatMap(({ due }) => (typeof due === 'string' ? [] : [due]));
  const looked = made.filter(({ action }) => action.converges);
  const found = await Promise.all(looked.map((due) => standsAs(run, due)));
  return found.every((stands) => stands === 'after');
}

/** The first attempt of a unit's last try. */
export function sinceOf(record: UnitRecord | undefined): number {
  return record?.attempts.at(-1)?.since ?? 1;
}

function lastTry(record: UnitRecord): readonly AttemptRecord[] {
  return record.attempts.filter(({ attempt }) => attempt >= sinceOf(record));
}

/** Later attempts of a try are about what earlier ones left: its first attempt's list, which comes first, has every change. */
function recorded(
  registry: Registry,
  record: UnitRecord,
  changes: readonly PlannedChange[],
  among = lastTry(record),
): readonly Recorded[] {
  const texts = among.flatMap((attempt) => attempt.changes.map(textOf));
  return changes.map((planned) => ({
    planned,
    due: recordedChange(registry, planned),
    index: texts.indexOf(textOf(planned)),
  }));
}

function textOf(change: PlannedChange): string {
  return canonicalJson(plainJson(change));
}

/**
 * A recorded change as one that was made by the try that began with `since`, so that it can be taken back; a text where nothing
 * knows its action any more.
 */
export function madeAgain(
  place: StepPlace,
  alternative: string | undefined,
  since: number,
  entry: Recorded,
): MadeChange | string {
  const { due, planned, index } = entry;
  const made = typeof due === 'string' ? maskedChange(place.run.parts.registry, planned) : due;
  if (typeof made === 'string') return made;
  const { action, params, before, change, touches, become, on } = made;
  const undoKey = backKey(place, alternative, since, { undo: index });
  const lost = typeof due === 'string' ? { lost: due } : {};
  return { step: place.id, action, params, before, change, touches, become, on, planned, undoKey, ...lost };
}
