import type { AttemptRecord, UnitRecord } from '../model/history.ts';
import { canonicalJson } from '../model/json.ts';
import type { Registry } from '../model/pack.ts';
import type { PlannedChange } from '../model/plan.ts';
import { resultOf } from './ask-result.ts';
import { fixKey } from './fix-key.ts';
import type { MadeChange } from './host-run.ts';
import type { DueChange } from './inspect-calls.ts';
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
  /** Its place among the unit's changes: part of its undo's key. */
  readonly index: number;
}

/** Settles what another process left of a unit: by its record, else by the host's marker, else by what stands on the host. */
export async function resumeUnit(place: StepPlace, record: UnitRecord, claims: Claims): Promise<Resumed> {
  const last = record.attempts.at(-1);
  const { past } = place.run;
  if (last === undefined || past === undefined || !goesOn(past, record)) return fresh(record);
  const earlier = record.attempts.slice(0, -1).flatMap((attempt) => begunOf(attempt));
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

/** What of a unit stands according to its record, in the order in which it was made. */
export function recordedUnit(registry: Registry, record: UnitRecord): Recorded[] {
  return [...recorded(registry, record, record.attempts.flatMap(begunOf))];
}

/** Later attempts are about what earlier ones left: the first attempt's list has every change once. */
function recorded(registry: Registry, record: UnitRecord, changes: readonly PlannedChange[]): readonly Recorded[] {
  const texts = (record.attempts[0]?.changes ?? []).map((change) => canonicalJson(plainJson(change)));
  return changes.map((planned) => ({
    planned,
    due: recordedChange(registry, planned),
    index: Math.max(0, texts.indexOf(canonicalJson(plainJson(planned)))),
  }));
}

/** A recorded change as one that was made, so that it can be taken back; a text where nothing knows its action any more. */
export function madeAgain(place: StepPlace, alternative: string | undefined, entry: Recorded): MadeChange | string {
  const { due, planned, index } = entry;
  const made = typeof due === 'string' ? maskedChange(place.run.parts.registry, planned) : due;
  if (typeof made === 'string') return made;
  const { action, params, before, change, touches, become, on } = made;
  const undoKey = [...fixKey(place, alternative), 'undo', index];
  const lost = typeof due === 'string' ? { lost: due } : {};
  return { step: place.id, action, params, before, change, touches, become, on, planned, undoKey, ...lost };
}
