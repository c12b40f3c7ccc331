import type { Clock } from '../model/clock.ts';
import type { Event } from '../model/event.ts';
import type { RunHistory } from '../model/history.ts';
import { canonicalJson } from '../model/json.ts';
import { findRun } from './kept-runs.ts';
import { listRuns } from './list-runs.ts';
import { readHistory } from './read-history.ts';
import { type RunLock, takeJournalLock } from './run-lock.ts';

/** A run whose markers are asked for again, or may be. */
export interface NeededRun {
  readonly run: string;
  readonly why: string;
}

/** What the kept runs say of what they left on hosts. */
export interface KeptMarkers {
  /** Nobody will ask for their markers again. The newest first. */
  readonly settled: readonly RunHistory[];
  /** Their markers are needed, or may be. */
  readonly needed: readonly NeededRun[];
  /** Until then nobody can go on with a settled run. */
  release(): Promise<void>;
}

/** Looks at all real runs that are kept, and keeps the settled ones from being gone on with meanwhile. */
export async function keptMarkers(state: string, clock: Clock): Promise<KeptMarkers> {
  const settled: RunHistory[] = [];
  const needed: NeededRun[] = [];
  const locks: RunLock[] = [];
  for (const { run, dryRun } of await listRuns(state)) {
    if (dryRun === true) continue;
    const lock = await takeJournalLock(run, state, clock);
    if (lock === undefined) {
      needed.push({ run, why: 'it is under way' });
      continue;
    }
    const looked = await look(state, run);
    if (looked !== undefined && 'why' in looked) needed.push({ run, why: looked.why });
    if (looked === undefined || 'why' in looked) {
      await lock.release();
      continue;
    }
    settled.push(looked);
    locks.push(lock);
  }
  const release = async (): Promise<void> => {
    for (const lock of locks) await lock.release();
  };
  return { settled, needed, release };
}

/** Why a run's journal may be asked for again: it is no settled one. `undefined`: nobody needs it to go on. */
export async function whyNeeded(state: string, run: string): Promise<string | undefined> {
  const looked = await look(state, run);
  return looked !== undefined && 'why' in looked ? looked.why : undefined;
}

/** A settled run, or why it is none; `undefined`: nothing was begun in it. */
async function look(state: string, run: string): Promise<RunHistory | { readonly why: string } | undefined> {
  const found = await findRun(state, run);
  if (found.kind === 'none') return { why: found.problem };
  const { events, damage } = found.kept;
  const [first] = events;
  if (first?.type === 'run.started' && first.dryRun) return undefined;
  if (damage !== undefined) return { why: `its journal is damaged in line ${damage.line}` };
  if (!events.some(({ type }) => type === 'fix.intent' || type === 'rollback.intent')) return undefined;
  const history = readHistory(events);
  const why = unsettled(events, history);
  if (why === undefined) return history;
  const { kind, of = '' } = history.request ?? {};
  return { why: `${why}; mendgate ${kind === 'undo' ? `undo ${of}` : `resume ${run}`} goes on with it` };
}

/** Why somebody may still have to ask a host how a fix of this run ended; `undefined`: all is written down. Pure. */
export function unsettled(events: readonly Event[], { exitCode, hosts }: RunHistory): string | undefined {
  if (exitCode === undefined) return 'it has not ended';
  for (const { host, outcome, units } of hosts) {
    const open = units.find(({ attempts }) =>
      attempts.some(({ result }) => result === undefined || result.outcome === 'unknown'),
    );
    if (open !== undefined) return `how step ${open.step} ended on ${host} is unknown`;
    if (units.length > 0 && outcome === undefined) return `${host} has not ended`;
    if (outcome?.verdict === 'unknown') return `${host} is unknown`;
    if (outcome?.stopped === true) return `it was stopped on ${host}`;
  }
  const undoing = new Map<string, string>();
  for (const event of events) {
    if (event.type === 'rollback.intent') undoing.set(canonicalJson(event.key), `${event.step} on ${event.host}`);
    if (event.type === 'rollback.result' && event.done) undoing.delete(canonicalJson(event.key));
  }
  const [left] = undoing.values();
  return left === undefined ? undefined : `nobody knows that step ${left} was taken back`;
}
