import type { Clock } from '../model/clock.ts';
import { type RunLock, takeRunLock } from './run-lock.ts';

/** The locks of one run on this machine, taken one by one and given back together. */
export class JournalLocks {
  readonly #options: { readonly state: string; readonly run: string; readonly clock: Clock; readonly dryRun?: boolean };
  #taken: RunLock[] = [];

  /** A dry run takes none: nobody goes on with it, and it keeps nobody away. */
  constructor(options: {
    readonly state: string;
    readonly run: string;
    readonly clock: Clock;
    readonly dryRun?: boolean;
  }) {
    this.#options = options;
  }

  /** One process writes a journal. Rejects with a JournalFailure that is `locked`. */
  async ofJournal(): Promise<void> {
    await this.#take('journal', this.#options.run);
  }

  /** One real run at a time is about an inventory's hosts; `undefined`: that isn't known. */
  async ofInventory(sha256: string | undefined): Promise<void> {
    if (sha256 !== undefined) await this.#take('inventory', sha256);
  }

  async release(): Promise<void> {
    const taken = this.#taken;
    this.#taken = [];
    for (const lock of taken) await lock.release();
  }

  async #take(kind: 'journal' | 'inventory', key: string): Promise<void> {
    const { state, run, clock, dryRun } = this.#options;
    if (dryRun !== true) this.#taken.push(await takeRunLock({ kind, key }, state, run, clock));
  }
}
