import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../model/clock.ts';
import { JournalFailure } from '../model/journal-failure.ts';
import { answerAt, askHolder, type Holder } from './holder.ts';
import { ownDirectory } from './own-path.ts';
import { type Taken, takeSocketFile } from './socket-file-lock.ts';

/** Something that one process at a time may be at. */
export interface Lockable {
  /** `journal`: the run's id. `inventory`: the hash of what it says of the chosen hosts. */
  readonly kind: 'journal' | 'inventory';
  readonly key: string;
}

export interface RunLock {
  /** Safe to call twice. The kernel does the same when the process dies. */
  release(): Promise<void>;
}

/**
 * Locks something for this process. Rejects with a JournalFailure that is `locked` and says who has it. `platform`: for
 * tests; Linux has sockets without a file, which the kernel frees with the process.
 */
export async function takeRunLock(
  what: Lockable,
  state: string,
  run: string,
  clock: Clock,
  platform: string = process.platform,
): Promise<RunLock> {
  const holder: Holder = { pid: process.pid, run, since: new Date(clock.now()).toISOString() };
  // A lock is about one state directory: who keeps another one meets the locks of the hosts.
  const home = await realpath(state);
  const name = createHash('sha256')
    .update(JSON.stringify([what.kind, home, what.key]))
    .digest('hex')
    .slice(0, 32);
  const taken =
    platform === 'linux' ? await takeAbstract(name, holder, clock) : await takeInFiles(home, name, holder, clock);
  if ('held' in taken) throw new JournalFailure(heldText(what, taken.held), true);
  let released: Promise<void> | undefined;
  return {
    release() {
      released ??= taken.release();
      return released;
    },
  };
}

/** Keeps others from going on with a run, or removing it. `undefined`: it is under way, or being taken back, by another process. */
export async function takeJournalLock(run: string, state: string, clock: Clock): Promise<RunLock | undefined> {
  try {
    return await takeRunLock({ kind: 'journal', key: run }, state, run, clock);
  } catch (error) {
    if (error instanceof JournalFailure && error.locked) return undefined;
    throw error;
  }
}

async function takeAbstract(name: string, holder: Holder, clock: Clock): Promise<Taken> {
  const address = `\0mendgate-${name}`;
  for (let left = 50; left > 0; left -= 1) {
    const server = await answerAt(address, holder);
    if (server !== undefined) {
      return { release: () => new Promise((resolve) => server.close(() => resolve())) };
    }
    const held = await askHolder(address, clock);
    // Else it died between the two.
    if (held !== undefined) return { held };
  }
  return { held: 'silent' };
}

async function takeInFiles(state: string, name: string, holder: Holder, clock: Clock): Promise<Taken> {
  const directory = join(state, 'locks');
  await ownDirectory(directory, true);
  return takeSocketFile(directory, name, holder, clock);
}

function heldText({ kind, key }: Lockable, holder: Holder | 'silent'): string {
  const run = kind === 'journal' || holder === 'silent' ? '' : ` run ${holder.run},`;
  const who =
    holder === 'silent'
      ? 'another process (it does not say which)'
      : `process ${holder.pid},${run} since ${holder.since.slice(0, 16).replace('T', ' ')} UTC`;
  return kind === 'journal'
    ? `run ${key} is under way, or being taken back: ${who}`
    : `these hosts are being worked on from here already: ${who}; wait for it, or interrupt it`;
}
