import { constants } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { openOwnFile } from './journal-file.ts';
import { isMissing, syncDirectory } from './own-path.ts';
import { begunPath } from './places.ts';

/*
 * Ids begin with a time, and clocks are set back: which run is the last one is told by a file with a line for each, in the
 * order in which they began. Appending needs no lock. A line is never taken out again: 25 bytes, though its run may be gone.
 */

const { O_APPEND, O_CREAT, O_WRONLY } = constants;

/** Notes that a run begins. `durable`: it outlives a crash of the machine. */
export async function noteBegun(state: string, run: string, durable: boolean): Promise<void> {
  const handle = await openOwnFile(begunPath(state), O_WRONLY | O_APPEND | O_CREAT);
  try {
    const isNew = (await handle.stat()).size === 0;
    await handle.appendFile(`${run}\n`);
    if (durable) await handle.datasync();
    if (durable && isNew) await syncDirectory(state);
  } finally {
    await handle.close();
  }
}

/** These runs, the newest first. Those of which it was not noted when they began are the oldest, by the time in their ids. */
export async function newestFirst(state: string, runs: readonly string[]): Promise<readonly string[]> {
  const begun = new Map((await noted(state)).map((run, place) => [run, place]));
  const placeOf = (run: string): number => begun.get(run) ?? -1;
  return [...runs].sort((a, b) => placeOf(b) - placeOf(a) || (a < b ? 1 : -1));
}

/** A line that was never finished stands before the next one's id. */
async function noted(state: string): Promise<readonly string[]> {
  try {
    const text = await readFile(begunPath(state), 'latin1');
    return text.split('\n').map((line) => line.slice(-'YYYY-MM-DDThhmmss-123456'.length));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
