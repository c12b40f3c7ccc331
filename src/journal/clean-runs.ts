import { rm, stat } from 'node:fs/promises';
import type { Clock } from '../model/clock.ts';
import { runIds } from './kept-runs.ts';
import { checkDirectory, isMissing, syncDirectory } from './own-path.ts';
import { journalPath, runDirectory, runsDirectory } from './places.ts';
import { takeJournalLock } from './run-lock.ts';

/** Which runs may go. A run under way never does. */
export interface Retention {
  /** Those whose journal nobody has written to for so long, */
  readonly olderThanMs: number;
  /** but never so many of the newest. */
  readonly keep: number;
  /** Only name them. */
  readonly dryRun: boolean;
  /** Is told of each run that is old enough, and stays since it is under way. */
  readonly onUnderWay?: (run: string) => void;
}

/** Removes old runs. Gives their ids, the oldest first. */
export async function cleanRuns(state: string, retention: Retention, clock: Clock): Promise<readonly string[]> {
  const { olderThanMs, keep, dryRun, onUnderWay } = retention;
  const removed: string[] = [];
  for (const run of (await runIds(state)).slice(keep).reverse()) {
    const directory = runDirectory(state, run);
    await checkDirectory(directory);
    // A run that pauses or waits writes nothing, for as long as it takes: only its lock tells that it is under way.
    const lock = await takeJournalLock(run, state, clock);
    try {
      if (clock.now() - (await lastWritten(directory)) < olderThanMs) continue;
      if (lock === undefined) {
        onUnderWay?.(run);
        continue;
      }
      if (!dryRun) await rm(directory, { recursive: true });
    } finally {
      await lock?.release();
    }
    removed.push(run);
  }
  if (removed.length > 0 && !dryRun) await syncDirectory(runsDirectory(state));
  return removed;
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
