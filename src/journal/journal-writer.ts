import type { Clock } from '../model/clock.ts';
import { JournalFailure } from '../model/journal-failure.ts';
import type { JournalFile } from './journal-file.ts';
import { codeOf } from './own-path.ts';
import { encodeRecord } from './record.ts';

/** One event on its way to the disk. */
export interface Entry {
  /** Its JSON text. */
  readonly json: string;
  /** The disk has it before its promise resolves. */
  readonly durable: boolean;
  /** What it begins must not begin on a full disk; this is written in its place, under its number. */
  readonly instead?: string;
}

export interface WriterOptions {
  readonly file: JournalFile;
  /** For the operator. */
  readonly path: string;
  readonly clock: Clock;
  /** Where to go on: bytes and hash of what is there already. */
  readonly from: { readonly bytes: number; readonly hash: string };
  /** Gives back the space that was kept for closing. */
  readonly releaseReserve: () => Promise<void>;
}

interface Waiting {
  readonly entry: Entry;
  readonly settle: (failure: JournalFailure | undefined) => void;
}

/** What is not durable waits at most so long for company. */
const flushMs = 1000;

const nobodyWaits = (): void => undefined;

const fullDisk: readonly (string | undefined)[] = ['ENOSPC', 'EDQUOT'];

/**
 * Writes records one after the other; all that is asked for while the disk is busy goes with the next commit, so that many
 * hosts share one fdatasync. After a full disk it writes on in the reserve, but nothing begins any more; after any other
 * failure it is lost: nobody knows what is on the disk then.
 */
export class JournalWriter {
  readonly #options: WriterOptions;
  readonly #closing = new AbortController();
  #bytes: number;
  #hash: string;
  #queue: Waiting[] = [];
  #working: Promise<void> | undefined;
  #ticking = false;
  #overdue = false;
  #unsynced = false;
  /** Set: nothing begins any more. */
  #failure: JournalFailure | undefined;
  /** Something is not in the journal that should be. */
  #short = false;
  #lost = false;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#bytes = options.from.bytes;
    this.#hash = options.from.hash;
  }

  /** A promise for what is durable: it rejects with a JournalFailure when it is not on the disk. */
  append(entry: Entry): Promise<void> | undefined {
    if (this.#lost) return entry.durable ? Promise.reject(this.#failure) : undefined;
    if (!entry.durable) {
      this.#queue.push({ entry, settle: nobodyWaits });
      if (!this.#ticking) void this.#tick();
      return undefined;
    }
    return new Promise((resolve, reject) => {
      const settle = (failure: JournalFailure | undefined) => (failure === undefined ? resolve() : reject(failure));
      this.#queue.push({ entry, settle });
      this.#work();
    });
  }

  /** Writes what is left. Gives why the journal is not whole, if it is not. */
  async close(): Promise<JournalFailure | undefined> {
    this.#closing.abort();
    while (this.#working !== undefined) await this.#working;
    if (this.#queue.length > 0) await this.#commit(this.#takeAll());
    if (this.#unsynced && !this.#lost) await this.#sync();
    try {
      await this.#options.file.close();
    } catch (error) {
      this.#lose(error);
    }
    return this.#short ? this.#failure : undefined;
  }

  async #tick(): Promise<void> {
    this.#ticking = true;
    await this.#options.clock.sleep(flushMs, this.#closing.signal);
    this.#ticking = false;
    if (this.#closing.signal.aborted) return;
    this.#overdue = this.#queue.length > 0;
    this.#work();
  }

  #work(): void {
    if (this.#working === undefined && this.#isDue()) this.#working = this.#commitDue();
  }

  /** Whether somebody waits for the disk, or something has waited long enough. */
  #isDue(): boolean {
    return this.#overdue || this.#queue.some(({ entry }) => entry.durable);
  }

  async #commitDue(): Promise<void> {
    while (this.#isDue()) await this.#commit(this.#takeAll());
    // At once: whoever comes after this last look must find nobody at work.
    this.#working = undefined;
  }

  #takeAll(): readonly Waiting[] {
    const batch = this.#queue;
    this.#queue = [];
    this.#overdue = false;
    return batch;
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    const wanted = batch.some(({ entry }) => entry.durable);
    try {
      await this.#write(batch);
    } catch (error) {
      // Without its first line a journal is none.
      const spare = this.#failure === undefined && this.#bytes > 0;
      if (spare && fullDisk.includes(codeOf(error))) await this.#writeInReserve(batch, error);
      else this.#lose(error);
    }
    if (wanted && !this.#lost) await this.#sync();
    for (const { entry, settle } of batch) {
      const refused = entry.instead !== undefined && this.#failure !== undefined;
      this.#short ||= refused;
      settle(this.#lost || refused ? this.#failure : undefined);
    }
  }

  /** Appends a batch at the end of what is whole. */
  async #write(batch: readonly Waiting[]): Promise<void> {
    let hash = this.#hash;
    let text = '';
    for (const { entry } of batch) {
      const { json, instead } = entry;
      const encoded = encodeRecord(this.#failure === undefined ? json : (instead ?? json), hash);
      text += `${encoded.line}\n`;
      hash = encoded.hash;
    }
    const bytes = Buffer.from(text);
    for (let done = 0; done < bytes.length; ) {
      const taken = await this.#options.file.write(bytes.subarray(done));
      if (taken <= 0) throw new Error('the disk took nothing');
      done += taken;
    }
    this.#bytes += bytes.length;
    this.#hash = hash;
    this.#unsynced = true;
  }

  async #writeInReserve(batch: readonly Waiting[], full: unknown): Promise<void> {
    this.#failure = this.#failed(full);
    try {
      await this.#options.releaseReserve();
      await this.#options.file.truncate(this.#bytes);
      await this.#write(batch);
    } catch (error) {
      this.#lose(error);
    }
  }

  async #sync(): Promise<void> {
    try {
      await this.#options.file.sync();
      this.#unsynced = false;
    } catch (error) {
      this.#lose(error);
    }
  }

  #lose(error: unknown): void {
    this.#lost = true;
    this.#short = true;
    this.#failure ??= this.#failed(error);
  }

  #failed(error: unknown): JournalFailure {
    const why = error instanceof Error ? error.message : String(error);
    return new JournalFailure(`the journal could not be written: ${why} (${this.#options.path})`);
  }
}
