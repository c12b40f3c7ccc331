import { readdir } from 'node:fs/promises';
import type { Event } from '../model/event.ts';
import { newestFirst } from './begun-runs.ts';
import { checkRecords, type Damage } from './check-records.ts';
import { readJournalFile } from './journal-file.ts';
import { checkDirectory, codeOf, isMissing, UnsafePath } from './own-path.ts';
import { isRunId, journalPath, runDirectory, runsDirectory } from './places.ts';

/** A run's journal, read. */
export interface KeptRun {
  readonly run: string;
  readonly directory: string;
  /** Up to the damage, if there is any. */
  readonly events: readonly Event[];
  readonly bytes: number;
  /** Length of a last line that was never finished; going on with the run cuts it off. */
  readonly tornBytes: number;
  readonly damage?: Damage;
}

/** One run, or why it is none: no such run, several that match, a file that is not safe to read. */
export type FoundRun =
  | { readonly kind: 'run'; readonly kept: KeptRun }
  | { readonly kind: 'none'; readonly problem: string };

/** A run to go on with or to take back. `unreadable`: `last` was asked for, and nobody can tell which that is. */
export type FoundChange = FoundRun | { readonly kind: 'unreadable'; readonly problem: string };

/** As findRun; `last` is the last run that may have changed hosts. */
export async function findChange(state: string, name: string): Promise<FoundChange> {
  return name === 'last' ? findLastChange(state) : findRun(state, name);
}

/** The last run that changed hosts, or may have: neither a dry run nor an undo. */
export async function findLastChange(state: string): Promise<FoundChange> {
  const runs = await runIds(state);
  if (runs.length === 0) return { kind: 'none', problem: noneKept(state) };
  for (const run of runs) {
    const kept = await readRun(state, run).catch(problemOf);
    // It broke off before its journal was there, and so before all else.
    if ('code' in kept && kept.code === 'ENOENT') continue;
    if ('problem' in kept) return unreadable(run, kept.problem);
    const [first] = kept.events;
    if (first === undefined && kept.damage !== undefined) {
      return unreadable(run, `its journal is damaged in line ${kept.damage.line}: ${kept.damage.what}`);
    }
    if (first?.type === 'run.started' && !first.dryRun && first.request?.kind !== 'undo') return { kind: 'run', kept };
  }
  return { kind: 'none', problem: `no run in ${runsDirectory(state)} changed anything` };
}

/** Reads a kept run; `name` is its id, a part of it that no other has, or `last`. */
export async function findRun(state: string, name: string): Promise<FoundRun> {
  const runs = await runIds(state);
  if (runs.length === 0) return { kind: 'none', problem: noneKept(state) };
  const fitting = name === 'last' ? runs.slice(0, 1) : runs.filter((run) => run.includes(name));
  const run = runs.includes(name) ? name : fitting[0];
  if (run === undefined) {
    const help = 'mendgate runs list names those that are';
    return { kind: 'none', problem: `no run ${name} in ${runsDirectory(state)}: ${help}` };
  }
  if (run !== name && fitting.length > 1) {
    return { kind: 'none', problem: `${name} fits ${fitting.length} runs: ${fitting.slice(0, 5).join(', ')}` };
  }
  const kept = await readRun(state, run).catch(problemOf);
  return 'problem' in kept ? { kind: 'none', problem: kept.problem } : { kind: 'run', kept };
}

function unreadable(run: string, why: string): FoundChange {
  const problem = `nobody can tell whether ${run} is the last run that changed something: ${why}; name the run that is meant`;
  return { kind: 'unreadable', problem };
}

/** Why a file can't be read, or is not safe to; anything else is a bug. */
export function problemOf(error: unknown): { readonly problem: string; readonly code: string | undefined } {
  const code = codeOf(error);
  if (!(error instanceof UnsafePath) && code === undefined) throw error;
  return { problem: error instanceof Error ? error.message : String(error), code };
}

function noneKept(state: string): string {
  const kept = 'mendgate run keeps each of its runs there, dry runs too';
  return `no run is kept in ${runsDirectory(state)} yet: ${kept}; --state-dir names another folder`;
}

/** Ids of the runs that are kept, the newest first. */
export async function runIds(state: string): Promise<readonly string[]> {
  let names: readonly string[];
  try {
    names = await readdir(runsDirectory(state));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
  return newestFirst(state, names.filter(isRunId));
}

async function readRun(state: string, run: string): Promise<KeptRun> {
  const directory = runDirectory(state, run);
  await checkDirectory(directory);
  const bytes = await readJournalFile(journalPath(directory));
  const { events, tornBytes, damage } = checkRecords(bytes);
  const kept = { run, directory, events, bytes: bytes.length, tornBytes };
  return damage === undefined ? kept : { ...kept, damage };
}
