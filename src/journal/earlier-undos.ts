import type { Event } from '../model/event.ts';
import type { EarlierUndo, UnitKey } from '../model/history.ts';
import { canonicalJson } from '../model/json.ts';
import { findRun } from './kept-runs.ts';
import { listRuns } from './list-runs.ts';
import { runDirectory } from './places.ts';

/** A unit of the undone run, and the attempt that is taken back: a run that went on after an undo may have made it again. */
export function undoneUnit(key: UnitKey, attempt: number): string {
  // The run is another in each undo; host, step, alternative and item are the same.
  return canonicalJson([...key.slice(1), attempt]);
}

/** An undo of a run, as its journal tells it. */
export interface EarlierRun {
  readonly run: string;
  readonly events: readonly Event[];
}

/** The earlier undos of a run, the first one first; a text where a journal can't be read that is of one, or may be: why. */
export async function earlierUndos(state: string, run: string): Promise<readonly EarlierRun[] | string> {
  const journals: EarlierRun[] = [];
  const runs = await listRuns(state);
  const since = runs.slice(
    0,
    runs.findIndex((entry) => entry.run === run),
  );
  for (const { run: undo, state: how, why = '', request } of since.reverse()) {
    if (how === 'unreadable') {
      const help = `look at it (mendgate runs verify ${undo}), and remove ${runDirectory(state, undo)} if it was none`;
      return `nobody can tell whether ${undo} was an undo of ${run}: its journal tells nothing: ${why}; ${help}`;
    }
    if (request?.kind !== 'undo' || request.of !== run) continue;
    const found = await findRun(state, undo);
    if (found.kind === 'none') return found.problem;
    const { events, damage } = found.kept;
    if (damage !== undefined) {
      return `the journal of ${undo}, an undo of it, is damaged in line ${damage.line}: ${damage.what}`;
    }
    journals.push({ run: undo, events });
  }
  return journals;
}

/** The hosts on which undos began to take something back, each with the last of these undos. Pure. */
export function undoneHosts(undos: Iterable<EarlierRun>): ReadonlyMap<string, string> {
  const hosts = new Map<string, string>();
  for (const { run, events } of undos) {
    for (const event of events) if (event.type === 'rollback.intent') hosts.set(event.host, run);
  }
  return hosts;
}

/**
 * A run's events, with what the undos left where the end of a host tells of changes that stand: those it tells of may have been taken
 * back since. Pure.
 */
export function sinceUndos(events: readonly Event[], undos: readonly EarlierRun[]): readonly Event[] {
  const ends = undos.flatMap((undo) => undo.events.filter(endsUndo));
  return events.map((event) => {
    if (event.type !== 'host.finished') return event;
    const end = ends.findLast(({ host, at }) => host === event.host && at > event.at);
    const standing = end?.outcome.standing;
    return standing === undefined ? event : { ...event, outcome: { ...event.outcome, standing } };
  });
}

/** Whether an undo came to its end on a host there: what it did not take back, nobody can. */
function endsUndo(event: Event): event is Extract<Event, { type: 'host.finished' }> {
  if (event.type !== 'host.finished') return false;
  const { verdict, steps } = event.outcome;
  const cut = steps.some(({ result: { outcome } }) => outcome === 'failed' || outcome === 'skipped');
  return verdict === 'rolled_back' || (verdict === 'not_fixed' && !cut);
}

/**
 * What undos did about a run's units, by `undoneUnit`, of their events, the first one's first. Commands leave nothing to look at:
 * only these journals tell that a step's own rollback calls have run. Pure.
 */
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
      units.set(unit, { takenBack: false, failed: units.get(unit)?.failed ?? 0, last: 'unknown', at: event.at });
    } else if (event.type === 'rollback.result') {
      const unit = begun.get(canonicalJson(event.key));
      const before = unit === undefined ? undefined : units.get(unit);
      if (unit === undefined || before === undefined) continue;
      const failed = before.failed + (event.calls === 'failed' ? 1 : 0);
      const final = event.final === true ? { final: true as const } : {};
      units.set(unit, { ...before, takenBack: event.done, failed, last: event.calls ?? before.last, ...final });
    }
  }
}
