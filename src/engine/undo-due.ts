import type { EarlierUndo, HostHistory, UnitRecord } from '../model/history.ts';
import { canonicalJson } from '../model/json.ts';
import type { Registry } from '../model/pack.ts';
import type { HostRun } from './host-run.ts';
import { type DueChange, inspectReady, type ReadyCall, whyUndecided } from './inspect-calls.ts';
import { callsAgain } from './own-rollback.ts';
import { markerMayBeGone } from './past.ts';
import { type Recorded, recordedUnit, standsAs } from './resume-unit.ts';

/** What an earlier run left on a host, unit by unit, the last first. */
export interface Standing {
  readonly unit: UnitRecord;
  readonly changes: readonly Recorded[];
  /** Of the attempts that made it. */
  readonly attempt: number;
  /** What earlier undos did about its step's own rollback. */
  readonly earlier: EarlierUndo | undefined;
}

/** What is to be done about one change of an earlier run. */
export type Due =
  | { readonly kind: 'undo' }
  /** It isn't there any more, leaves nothing to take back, or its step has said itself how it is taken back. */
  | { readonly kind: 'done' }
  /** Nobody can take it back: it is named, and left. */
  | { readonly kind: 'left'; readonly why: string }
  /** Somebody changed it since. */
  | { readonly kind: 'drift'; readonly why: string };

/** What is to be done about a step's own `rollback:` calls. */
export type CallsDue =
  | { readonly kind: 'none' }
  /** `changes`: what they would alter now. */
  | { readonly kind: 'due'; readonly calls: readonly ReadyCall[]; readonly changes: readonly DueChange[] }
  | { readonly kind: 'left'; readonly why: string }
  /** The host could not be looked at. */
  | { readonly kind: 'undecided'; readonly why: string };

/** A run's standing units on one host. `earlier`: by the unit's key and attempt, as an undo names it. */
export function standingOf(
  registry: Registry,
  history: HostHistory | undefined,
  earlier: (key: UnitRecord['key'], attempt: number) => EarlierUndo | undefined,
): readonly Standing[] {
  const units = (history?.units ?? []).filter(({ rollback }) => rollback !== 'done');
  return units
    .map((unit) => {
      const attempt = unit.attempts.at(-1)?.attempt ?? 1;
      const changes = recordedUnit(registry, unit).reverse();
      return { unit, changes, attempt, earlier: earlier(unit.key, attempt) };
    })
    .filter(({ changes }) => changes.length > 0)
    .reverse();
}

/** Why the journal itself forbids an undo: nobody knows what stands. */
export function unsettled(standing: readonly Standing[]): string | undefined {
  const unit = standing.find(({ unit: { attempts, rollback } }) => {
    const { result } = attempts.at(-1) ?? {};
    return result === undefined || result.outcome === 'unknown' || rollback === 'begun';
  })?.unit;
  return unit === undefined
    ? undefined
    : `step ${unit.step} of that run is unknown; resume it first, so that it is settled`;
}

/** `all`: of the host, the last first. */
export async function dueOf(run: HostRun, { unit }: Standing, entry: Recorded, all: readonly Recorded[]): Promise<Due> {
  const { due, planned } = entry;
  const rollback = run.parts.registry.actions.get(planned.action)?.rollback;
  if (rollback?.kind === 'irreversible') {
    if (unit.ownRollback !== undefined) return { kind: 'done' };
    const unrecorded = planned.irreversible === undefined;
    return { kind: 'left', why: unrecorded ? 'its journal does not say how its step takes it back' : rollback.why };
  }
  if (typeof due === 'string') return { kind: 'left', why: due };
  if (rollback?.kind === 'nothing') return { kind: 'done' };
  if (!due.action.converges) return { kind: 'undo' };
  const stands = await standsAs(run, due);
  if (stands === 'after') return { kind: 'undo' };
  if (stands === 'before') return { kind: 'done' };
  // Where an earlier change of the same stands, or what was before it, this one is taken back already.
  const before = all.slice(all.indexOf(entry) + 1).filter((other) => overlap(other, entry));
  for (const { due: other } of before) {
    if (typeof other !== 'string' && typeof (await standsAs(run, other)) === 'string') return { kind: 'done' };
  }
  return { kind: 'drift', why: `${planned.summary} (${stands.reason})` };
}

/** Commands leave nothing to look at: that they have run is known from the journals of earlier undos. */
export async function callsDue(run: HostRun, { unit, earlier }: Standing): Promise<CallsDue> {
  const own = unit.ownRollback;
  if (own === undefined || earlier?.last === 'done') return { kind: 'none' };
  if (own.kind === 'irreversible') return { kind: 'left', why: own.why };
  if (own.kind === 'undecided') return { kind: 'left', why: `its rollback could not be decided: ${own.reason}` };
  if (earlier?.last === 'unknown' && markerMayBeGone(earlier.at, run.parts.clock.now())) {
    return { kind: 'left', why: `nobody knows whether its rollback of ${earlier.at} has run` };
  }
  const calls = callsAgain(run, own.calls);
  if (typeof calls === 'string') return { kind: 'left', why: calls };
  const decided = await inspectReady(run, calls);
  if (decided.kind !== 'decided') return { kind: 'undecided', why: whyUndecided(decided) };
  return decided.changes.length === 0 ? { kind: 'none' } : { kind: 'due', calls, changes: decided.changes };
}

/** Whether two recorded changes are about the same. */
export function overlap(one: Recorded, other: Recorded): boolean {
  return one.planned.touches.some((resource) => other.planned.touches.includes(resource));
}

/** Whether two units are the same item of the same step. */
export function sameItem(one: UnitRecord['item'], other: UnitRecord['item']): boolean {
  return canonicalJson(one ?? null) === canonicalJson(other ?? null);
}
