import type { Event } from '../model/event.ts';
import type { EarlierUndo, UnitKey } from '../model/history.ts';
import { JournalFailure } from '../model/journal-failure.ts';
import { canonicalJson } from '../model/json.ts';
import { findRun } from './kept-runs.ts';
import { listRuns } from './list-runs.ts';

/** A unit of the undone run, and the attempt that is taken back: a run that went on after an undo may have made it again. */
export function undoneUnit(key: UnitKey, attempt: number): string {
  // The run is another in each undo; host, step, alternative and item are the same.
  return canonicalJson([...key.slice(1), attempt]);
}

/**
 * What earlier undos of a run did about its steps' own rollback calls, by `undoneUnit`. Commands leave nothing to look at: only
 * these journals tell that they have run. Rejects with a JournalFailure when one of them is damaged.
 */
export async function earlierUndos(state: string, run: string): Promise<ReadonlyMap<string, EarlierUndo>> {
  const journals: (readonly Event[])[] = [];
  const undos = (await listRuns(state)).filter(({ request }) => request?.kind === 'undo' && request.of === run);
  for (const { run: undo } of undos.reverse()) {
    const found = await findRun(state, undo);
    if (found.kind === 'none') throw new JournalFailure(found.problem);
    const { events, damage } = found.kept;
    if (damage !== undefined) {
      throw new JournalFailure(
        `the journal of ${undo}, an undo of it, is damaged in line ${damage.line}: ${damage.what}`,
      );
    }
    journals.push(events);
  }
  return undoneUnits(journals);
}

/** The same of the events of these undos, the first one's first. Pure. */
export function undoneUnits(undos: Iterable<readonly Event[]>): ReadonlyMap<string, EarlierUndo> {
  const units = new Map<string, EarlierUndo>();
  for (const events of undos) takeIn(units, events);
  return units;
}

function takeIn(units: Map<string, EarlierUndo>, events: readonly Event[]): void {
  const begun = new Map<string, string>();
  for (const event of events) {
    if (event.type === 'rollback.intent' && event.attempt !== undefined) {
      const unit = undoneUnit(event.key, event.attempt);
      begun.set(canonicalJson(event.key), unit);
      units.set(unit, { failed: units.get(unit)?.failed ?? 0, last: 'unknown', at: event.at });
    } else if (event.type === 'rollback.result' && event.calls !== undefined) {
      const unit = begun.get(canonicalJson(event.key));
      const before = unit === undefined ? undefined : units.get(unit);
      if (unit === undefined || before === undefined) continue;
      const failed = before.failed + (event.calls === 'failed' ? 1 : 0);
      units.set(unit, { ...before, failed, last: event.calls });
    }
  }
}
