// Runs that are over, or broke off: to list, to read, to remove.

import type { Retention } from '../journal/clean-runs.ts';
import type { FoundRun } from '../journal/kept-runs.ts';
import type { RunEntry } from '../journal/list-runs.ts';

export type { FoundRun, KeptRun } from '../journal/kept-runs.ts';
export type { RunEntry } from '../journal/list-runs.ts';
export { stateDirectory } from '../journal/places.ts';

/** All runs that are kept in a state directory, the newest first. */
export async function listRuns(state: string): Promise<readonly RunEntry[]> {
  return (await import('../journal/list-runs.ts')).listRuns(state);
}

/** A kept run by its id, a part of it that no other has, or `last`. */
export async function findRun(state: string, name: string): Promise<FoundRun> {
  return (await import('../journal/kept-runs.ts')).findRun(state, name);
}

/** Removes old runs, but none that is under way or unsettled. Gives their ids, the oldest first. */
export async function cleanRuns(state: string, retention: Retention): Promise<readonly string[]> {
  const [{ cleanRuns }, { systemClock }] = await Promise.all([
    import('../journal/clean-runs.ts'),
    import('../transports/clock.ts'),
  ]);
  return cleanRuns(state, retention, systemClock);
}
