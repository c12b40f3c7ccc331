import { rm, stat } from 'node:fs/promises';
import type { Clock } from '../model/clock.ts';
import { runIds } from './kept-runs.ts';
import { listRuns } from './list-runs.ts';
import { checkDirectory, codeOf, isMissing, syncDirectory, UnsafePath } from './own-path.ts';
import { journalPath, runDirectory, runsDirectory } from './places.ts';
import { takeJournalLock } from './run-lock.ts';
import { whyNeeded } from './settled-runs.ts';

/** Which runs may go. A run under way never does. */
export interface Retention {
  /** Those whose journal nobody has written to for so long, */
  readonly olderThanMs: number;
  /** but never so many of the newest, */
  readonly keep: number;
  /** and only with this those that have not ended, or of which something is unknown: nobody can settle them then. */
  readonly unsettled?: boolean;
  /** Only name them. */
  readonly dryRun: boolean;
  /** Is told of each run that is old enough and stays: why. */
  readonly onStaying?: (run: string, why: string) => void;
}

/** Removes old runs. Gives their ids, the oldest first. */
export async function cleanRuns(state: string, retention: Retention, clock: Clock): Promise<readonly string[]> {
  const { olderThanMs, keep, dryRun, onStaying } = retention;
  const removed: string[] = [];
  const undos = await undosIn(state);
  const runs = await runIds(state);
  const staying = new Set(runs);
  for (const run of runs.slice(keep).reverse()) {
    try {
      if (clock.now() - (await lastWritten(runDirectory(state, run))) < olderThanMs) continue;
      const undone = undos.get(run) ?? '';
      const ofIt = [...undos].flatMap(([undo, of]) => (of === run ? [undo] : []));
      const why = staying.has(undone)
        ? `it tells what of run ${undone} was undone, and that one stays`
        : await removeRun(state, [run, ...ofIt], retention, clock);
      if (why !== undefined) {
        onStaying?.(run, why);
        continue;
      }
    } catch (error) {
      if (!(error instanceof UnsafePath) && codeOf(error) === undefined) throw error;
      onStaying?.(run, error instanceof Error ? error.message : String(error));
      continue;
    }
    staying.delete(run);
    removed.push(run);
  }
  if (removed.length > 0 && !dryRun) await syncDirectory(runsDirectory(state));
  return removed;
}

/** The run that is undone, by each of the undos. */
async function undosIn(state: string): Promise<ReadonlyMap<string, string>> {
  const kept = await listRuns(state);
  return new Map(
    kept.flatMap(({ run, request }) =>
      request?.kind === 'undo' && request.of !== undefined ? [[run, request.of] as const] : [],
    ),
  );
}

/** Why the run stays; `undefined`: it is gone, or may go. To settle its undos, it is needed too. */
async function removeRun(
  state: string,
  [run, ...undos]: readonly [string, ...string[]],
  { dryRun, unsettled = false }: Retention,
  clock: Clock,
): Promise<string | undefined> {
  const directory = runDirectory(state, run);
  await checkDirectory(directory);
  // A run that pauses or waits writes nothing, for as long as it takes: only its lock tells that it is under way.
  const lock = await takeJournalLock(run, state, clock);
  if (lock === undefined) return 'it is under way';
  try {
    const why = unsettled ? undefined : await firstNeed(state, [run, ...undos]);
    if (why === undefined && !dryRun) await rm(directory, { recursive: true });
    return why;
  } finally {
    await lock.release();
  }
}

async function firstNeed(state: string, runs: readonly string[]): Promise<string | undefined> {
  for (const run of runs) {
    const why = await whyNeeded(state, run);
    if (why !== undefined) return run === runs[0] ? why : `of its undo ${run}: ${why}`;
  }
  return undefined;
}

/** Epoch ms; of the directory itself where the journal was never begun. */
async function lastWritten(directory: string): Promise<number> {
  try {
    return (await stat(journalPath(directory))).mtimeMs;
  } catch (error) {
    if (!isMissing(error)) throw error;
    return (await stat(directory)).mtimeMs;
  }
}
