import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import type { Clock } from '../model/clock.ts';
import type { Event } from '../model/event.ts';
import { JournalFailure } from '../model/journal-failure.ts';
import { noteBegun } from './begun-runs.ts';
import { checkRecords, type Damage } from './check-records.ts';
import { type Journal, journalOf } from './journal.ts';
import { type JournalFile, newJournalFile, oldJournalFile } from './journal-file.ts';
import { JournalLocks } from './journal-locks.ts';
import { JournalWriter } from './journal-writer.ts';
import { checkDirectory, ownDirectory, syncDirectory, UnsafePath } from './own-path.ts';
import { isRunId, journalPath, reservePath, runDirectory, runsDirectory } from './places.ts';

export interface JournalOptions {
  /** See `stateDirectory`. */
  readonly state: string;
  readonly run: string;
  readonly clock: Clock;
  /** Nothing begins that must be remembered: no fdatasync but one at its end. */
  readonly dryRun?: boolean;
  /** Hash of what the inventory says of the chosen hosts: one real run at a time for each. Absent: not looked at. */
  readonly inventory?: string;
  /** Wraps the file; for tests of what happens when the disk fails. */
  readonly wrap?: (file: JournalFile) => JournalFile;
}

/** Enough to tell the end of what runs when the disk is full. */
const reserveBytes = 1 << 20;

/** Begins the journal of a new run. Rejects with a JournalFailure: nothing was begun. */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const { state, run } = options;
  if (!isRunId(run)) throw new Error(`not a run's id: ${run}`);
  const directory = runDirectory(state, run);
  const locks = new JournalLocks(options);
  try {
    // What somebody named keeps its mode; what is ours alone is closed to others.
    await ownDirectory(state, false);
    await ownDirectory(runsDirectory(state), true);
    await locks.ofJournal();
    await locks.ofInventory(options.inventory);
    await noteBegun(state, run, options.dryRun !== true);
    await mkdir(directory, { mode: 0o700 });
  } catch (error) {
    await locks.release();
    throw cannotOpen(error, directory);
  }
  let file: JournalFile | undefined;
  try {
    await ownDirectory(directory, true);
    file = await newJournalFile(journalPath(directory));
    await keepReserve(options, directory);
    await syncDirectory(directory);
    await syncDirectory(runsDirectory(state));
    return begin(options, directory, file, { bytes: 0, hash: '' }, locks);
  } catch (error) {
    await locks.release();
    await file?.close();
    // Nothing was begun, and nothing is left of it.
    await rm(directory, { recursive: true, force: true }).catch(() => undefined);
    throw cannotOpen(error, directory);
  }
}

/** A journal that was opened again, and what it told so far. */
export type Reopened =
  | {
      readonly kind: 'open';
      readonly journal: Journal;
      readonly events: readonly Event[];
      /** Length of a last line that was never finished, and was cut off; 0: none. */
      readonly tornBytes: number;
    }
  | { readonly kind: 'damaged'; readonly damage: Damage };

/** Opens the journal of a run that broke off, to go on with it. Rejects with a JournalFailure when that cannot be. */
export async function reopenJournal(options: JournalOptions): Promise<Reopened> {
  const { state, run } = options;
  if (!isRunId(run)) throw new Error(`not a run's id: ${run}`);
  const directory = runDirectory(state, run);
  const path = journalPath(directory);
  const locks = new JournalLocks(options);
  let opened: JournalFile | undefined;
  try {
    for (const each of [state, runsDirectory(state), directory]) await checkDirectory(each);
    await locks.ofJournal();
    const { file, bytes } = await oldJournalFile(path);
    opened = file;
    const { events, wholeBytes, tornBytes, lastHash, damage } = checkRecords(bytes);
    if (damage !== undefined || events.length === 0) {
      await file.close();
      await locks.release();
      return { kind: 'damaged', damage: damage ?? { line: 1, what: 'no record was ever finished' } };
    }
    const [first] = events;
    await locks.ofInventory(first?.type === 'run.started' ? first.request?.inventorySha256 : undefined);
    if (tornBytes > 0) {
      await file.truncate(wholeBytes);
      await file.sync();
    }
    await keepReserve(options, directory);
    const journal = begin(options, directory, file, { bytes: wholeBytes, hash: lastHash }, locks);
    return { kind: 'open', journal, events, tornBytes };
  } catch (error) {
    await opened?.close();
    await locks.release();
    throw cannotOpen(error, directory);
  }
}

/** Noise: a file system that packs would keep no room for zeros. */
async function keepReserve({ dryRun }: JournalOptions, directory: string): Promise<void> {
  if (dryRun !== true) await writeFile(reservePath(directory), randomBytes(reserveBytes), { mode: 0o600 });
}

function begin(
  { run, clock, wrap, dryRun = false }: JournalOptions,
  directory: string,
  file: JournalFile,
  from: { readonly bytes: number; readonly hash: string },
  locks: JournalLocks,
): Journal {
  const releaseReserve = (): Promise<void> => rm(reservePath(directory), { force: true });
  const end = async (): Promise<void> => {
    await releaseReserve();
    await locks.release();
  };
  const path = journalPath(directory);
  const writer = new JournalWriter({ file: wrap?.(file) ?? file, path, clock, from, releaseReserve });
  return journalOf({ run, directory, writer, dryRun, end });
}

function cannotOpen(error: unknown, directory: string): JournalFailure {
  const why = error instanceof Error ? error.message : String(error);
  if (error instanceof JournalFailure) return error;
  if (error instanceof UnsafePath) return new JournalFailure(`the journal is not safe there: ${why}`);
  return new JournalFailure(`the journal could not be opened: ${why} (${directory})`);
}
