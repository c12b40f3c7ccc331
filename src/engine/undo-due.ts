import type { EarlierUndo, HostHistory, UnitRecord } from '../model/history.ts';
import { canonicalJson } from '../model/json.ts';
import type { Registry } from '../model/pack.ts';
import { anyOverlap, type Resource } from '../model/resource.ts';
import { Unknown } from '../model/unknown.ts';
import { unreached } from './delegate.ts';
import type { HostRun } from './host-run.ts';
import { type DueChange, inspectReady, type ReadyCall, whyUndecided } from './inspect-calls.ts';
import { lookAgain, standsAs } from './look-again.ts';
import { callsAgain } from './own-rollback.ts';
import { markerMayBeGone } from './past.ts';
import type { Recorded } from './resume-unit.ts';
import { standingChanges } from './standing-changes.ts';

/** What an earlier run left on a host, unit by unit, the last first. */
export interface Standing {
  readonly unit: UnitRecord;
  readonly changes: readonly Recorded[];
  /** Of the attempts that made it. */
  readonly attempt: number;
  /** What earlier undos did about it. */
  readonly earlier: EarlierUndo | undefined;
}

/** What is to be done about one change of an earlier run. `from`: as it is taken back from what stands now. */
export type Due =
  | { readonly kind: 'undo'; readonly from: Recorded }
  /** It isn't there any more, leaves nothing to take back, or its step has said itself how it is taken back. */
  | { readonly kind: 'done' }
  /** Nobody can take it back: it is named, and left. */
  | { readonly kind: 'left'; readonly why: string }
  /** Somebody changed it since. */
  | { readonly kind: 'drift'; readonly why: string }
  /** The other host on which it was made can't be looked at. */
  | { readonly kind: 'undecided'; readonly why: string };

/** What a call of a step's own rollback would alter now. */
export interface OwnDue {
  readonly due: DueChange;
  /** It would overwrite what stands there, and no record says what the fix left there. */
  readonly blind: boolean;
}

/** What is to be done about a step's own `rollback:` calls. */
export type CallsDue =
  | { readonly kind: 'none' }
  | { readonly kind: 'due'; readonly calls: readonly ReadyCall[]; readonly changes: readonly OwnDue[] }
  /** What they would overwrite was changed by somebody since. */
  | { readonly kind: 'drift'; readonly why: string }
  | { readonly kind: 'left'; readonly why: string }
  /** The host could not be looked at. */
  | { readonly kind: 'undecided'; readonly why: string };

/** What earlier undos did about a unit, by its key and the attempt that made it. */
export type EarlierUndos = (key: UnitRecord['key'], attempt: number) => EarlierUndo | undefined;

/** A run's standing units on one host. */
export function standingOf(
  registry: Registry,
  history: HostHistory | undefined,
  earlier: EarlierUndos,
): readonly Standing[] {
  const units = (history?.units ?? []).filter(({ rollback }) => rollback !== 'done');
  return units
    .map((unit) => {
      const attempt = unit.attempts.at(-1)?.attempt ?? 1;
      const undone = (each: number): boolean => earlier(unit.key, each)?.takenBack === true;
      const changes = [...standingChanges(registry, unit, undone)].reverse();
      return { unit, changes, attempt, earlier: earlier(unit.key, attempt) };
    })
    .filter(({ changes }) => changes.length > 0)
    .reverse();
}

/** Why the journal itself forbids an undo: nobody knows what stands, and a resume may tell. */
export function unsettled(standing: readonly Standing[]): string | undefined {
  const unit = standing.find(({ unit: { attempts, rollback } }) => {
    const { result } = attempts.at(-1) ?? {};
    const unknown = result === undefined || (result.outcome === 'unknown' && result.final !== true);
    return unknown || rollback === 'begun';
  })?.unit;
  return unit === undefined
    ? undefined
    : `step ${unit.step} of that run is unknown; resume it first, so that it is settled`;
}

/** Why a unit is named and left: a resume has asked, and nobody can tell what of it stands. `undefined`: it is taken back. */
export function leftUnknown({ unit: { attempts, step, item } }: Standing): string | undefined {
  const { result } = attempts.at(-1) ?? {};
  if (result?.outcome !== 'unknown') return undefined;
  const which = `step ${step}${item === undefined ? '' : ` [${JSON.stringify(item)}]`}`;
  return `${which} (nobody can tell what of it stands: ${result.reason ?? 'unknown'})`;
}

/** `all`: of the host, the last first. */
export async function dueOf(
  run: HostRun,
  { unit, earlier }: Standing,
  entry: Recorded,
  all: readonly Recorded[],
): Promise<Due> {
  const { due, planned } = entry;
  const rollback = run.parts.registry.actions.get(planned.action)?.rollback;
  if (rollback?.kind === 'irreversible') {
    if (unit.ownRollback !== undefined) return { kind: 'done' };
    const unrecorded = planned.irreversible === undefined;
    return { kind: 'left', why: unrecorded ? 'its journal does not say how its step takes it back' : rollback.why };
  }
  if (typeof due === 'string') return { kind: 'left', why: due };
  if (rollback?.kind === 'nothing' || earlier?.takenBack === true) return { kind: 'done' };
  const away = due.on === undefined ? undefined : await unreached(run, [due.on]);
  if (away !== undefined) return { kind: 'undecided', why: away };
  if (!due.action.converges) return { kind: 'undo', from: entry };
  const found = await lookAgain(run, due);
  if (!(found instanceof Unknown)) {
    return found.stands === 'before' ? { kind: 'done' } : { kind: 'undo', from: { ...entry, due: found.back } };
  }
  // Where an earlier change of the same stands, or what was before it, this one is taken back already.
  const before = all.slice(all.indexOf(entry) + 1).filter((other) => overlap(other, entry));
  for (const { due: other } of before) {
    if (typeof other !== 'string' && typeof (await standsAs(run, other)) === 'string') return { kind: 'done' };
  }
  return { kind: 'drift', why: `${planned.summary} (${found.reason})` };
}

/**
 * Commands leave nothing to look at: that they have run is known from the journals of earlier undos. `covered`: what later
 * changes, which stand as yet, have altered.
 */
export async function callsDue(
  run: HostRun,
  { unit, earlier, changes }: Standing,
  covered: readonly Resource[] = [],
): Promise<CallsDue> {
  const { ownRollback } = unit;
  if (ownRollback === undefined || earlier?.last === 'done') return { kind: 'none' };
  if (ownRollback.kind === 'irreversible') return { kind: 'left', why: ownRollback.why };
  if (ownRollback.kind === 'undecided') {
    return { kind: 'left', why: `its rollback could not be decided: ${ownRollback.reason}` };
  }
  if (earlier?.takenBack === true) return { kind: 'none' };
  const gone = earlier?.final === true || (earlier !== undefined && markerMayBeGone(earlier.at, run.parts.clock.now()));
  if (earlier?.last === 'unknown' && gone) {
    return { kind: 'left', why: `nobody knows whether its rollback of ${earlier.at} has run` };
  }
  const calls = callsAgain(run, ownRollback.calls);
  if (typeof calls === 'string') return { kind: 'left', why: calls };
  const decided = await inspectReady(run, calls);
  if (decided.kind !== 'decided') return { kind: 'undecided', why: whyUndecided(decided) };
  if (decided.changes.length === 0) return { kind: 'none' };
  const told = lookedAt(changes);
  // After calls that were made in part nothing is as the fix left it. What is covered is looked at once that is taken back.
  const fair = earlier === undefined ? told.filter(({ planned }) => !anyOverlap(planned.touches, covered)) : [];
  const why = await driftUnder(run, fair, decided.changes);
  if (why !== undefined) return { kind: 'drift', why };
  const own = decided.changes.map((due) => ({
    due,
    blind: due.action.converges && !told.some((entry) => overwrites(due, entry)),
  }));
  return { kind: 'due', calls, changes: own };
}

/** What is not as the fix left it, of all that these calls would overwrite and no undo of an action looks at. */
async function driftUnder(
  run: HostRun,
  made: readonly Looked[],
  calls: readonly DueChange[],
): Promise<string | undefined> {
  for (const entry of made) {
    if (entry.due.action.rollback.kind !== 'irreversible' || !calls.some((due) => overwrites(due, entry))) continue;
    const stands = await standsAs(run, entry.due);
    if (typeof stands !== 'string') return `${entry.planned.summary} (${stands.reason})`;
  }
  return undefined;
}

function overwrites(due: DueChange, { planned }: Recorded): boolean {
  return anyOverlap(planned.touches, due.touches);
}

/** A change of which the host tells whether it stands. */
type Looked = Recorded & { readonly due: DueChange };

/** Those of changes, the last first, that can be looked at, and that no later one of them covers. */
function lookedAt(changes: readonly Recorded[]): readonly Looked[] {
  const seen: Resource[] = [];
  return changes.flatMap((entry) => {
    const { due, planned, index } = entry;
    const hidden = anyOverlap(planned.touches, seen);
    seen.push(...planned.touches);
    const looks = typeof due !== 'string' && due.action.converges && due.action.rollback.kind !== 'nothing';
    return looks && !hidden ? [{ due, planned, index }] : [];
  });
}

/** Whether two recorded changes are about the same. */
export function overlap(one: Recorded, other: Recorded): boolean {
  return one.planned.touches.some((resource) => other.planned.touches.includes(resource));
}

/** Whether two units are the same item of the same step. */
export function sameItem(one: UnitRecord['item'], other: UnitRecord['item']): boolean {
  return canonicalJson(one ?? null) === canonicalJson(other ?? null);
}
