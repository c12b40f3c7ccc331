import type { AttemptRecord, UnitRecord } from '../model/history.ts';
import { canonicalJson } from '../model/json.ts';
import type { Registry } from '../model/pack.ts';
import { type Recorded, recordedUnit } from './resume-unit.ts';

/**
 * What of a unit's record stands, in the order in which it was made: a unit may have been tried again after it was taken back.
 * `undone`: whether another run took back what was made up to that attempt.
 */
export function standingChanges(
  registry: Registry,
  unit: UnitRecord,
  undone: (attempt: number) => boolean,
): readonly Recorded[] {
  const since = unit.attempts.slice(0, -1).findLastIndex(({ attempt }) => undone(attempt)) + 1;
  const of = (attempt: AttemptRecord) => recordedUnit(registry, { ...unit, attempts: [attempt] });
  const attempts = unit.attempts.slice(since).map(of);
  const standing = attempts.flatMap((changes, at) => {
    const later = attempts.slice(at + 1).flat();
    return changes.filter((change) => !later.some((other) => wasGone(change, other)));
  });
  // Each has an undo of its own, also where two tries made the same.
  return standing.map((change, index) => ({ ...change, index }));
}

/** Whether a later attempt, which was about the same, found it otherwise: what had been made was gone by then. */
function wasGone({ due, planned }: Recorded, { due: later, planned: again }: Recorded): boolean {
  if (typeof due === 'string' || typeof later === 'string' || due.action !== later.action) return false;
  const { action } = due;
  const about = ({ touches, on }: typeof planned) => canonicalJson([[...touches].sort(), on ?? null]);
  return (
    action.converges && about(planned) === about(again) && action.diff(later.before, due.params as never) !== undefined
  );
}
