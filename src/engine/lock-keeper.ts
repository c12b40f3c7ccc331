import type { Answer } from '../model/command.ts';
import { HostFailure } from '../model/host-failure.ts';
import type { Connection, LaneRequest } from '../model/transport.ts';
import type { Holding } from './host-lock.ts';

/** One host's lock for the length of a session, over all its connections. */
export class LockKeeper {
  #holding: Holding | undefined;
  #taking: Promise<void> | undefined;
  #refusal: string | undefined;
  #failure: HostFailure | undefined;

  /** The run that asked for it. */
  get run(): string | undefined {
    return this.#holding?.run;
  }

  /** Asks for the lock and does not wait; once. Where the user for it can't be had, the login's own lock is taken. */
  take(connection: Connection, holding: Holding): void {
    if (this.#holding !== undefined) return;
    this.#holding = holding;
    this.#taking = this.#takeOver(connection);
  }

  /** Why nothing may be changed; `undefined`: the lock is ours, or none was asked for. Rejects with a HostFailure. */
  async refusal(): Promise<string | undefined> {
    // Another asking for it may have begun meanwhile.
    for (let asked: unknown; asked !== this.#taking; ) {
      asked = this.#taking;
      await asked;
    }
    if (this.#failure !== undefined) throw this.#failure;
    return this.#refusal;
  }

  /** Over a new connection, before the old one is closed: nobody comes in between. */
  async moveTo(connection: Connection): Promise<void> {
    await this.#taking;
    if (this.#holding === undefined || this.#refusal !== undefined) return;
    this.#taking = this.#takeOver(connection);
    await this.#taking;
  }

  /** Asks for it once more, whatever came of it before. */
  async renew(connection: Connection): Promise<void> {
    await this.#taking;
    this.#refusal = undefined;
    this.#taking = this.#takeOver(connection);
    await this.#taking;
  }

  /** Gives it back; a wire that is broken has done so already. */
  async release(connection: Connection): Promise<void> {
    const holding = this.#holding;
    this.#holding = undefined;
    await this.#taking;
    if (holding === undefined || this.#refusal !== undefined || this.#failure !== undefined) return;
    await connection.run(holding.release).catch((error: unknown) => {
      if (!(error instanceof HostFailure)) throw error;
    });
  }

  async #takeOver(connection: Connection): Promise<void> {
    const holding = this.#holding;
    if (holding === undefined) return;
    const took = (answer: Answer): void => {
      this.#refusal = holding.refusal(answer);
    };
    const run = async (request: LaneRequest): Promise<void> => took(await connection.run({ ...request, again: took }));
    try {
      this.#failure = undefined;
      await run(holding.take);
    } catch (error) {
      if (!(error instanceof HostFailure)) throw error;
      if (error.phase === 'become' && holding.take.become !== false) {
        this.#holding = {
          ...holding,
          take: { ...holding.take, become: false },
          release: { ...holding.release, become: false },
        };
        return this.#takeOver(connection);
      }
      this.#failure = error;
    }
  }
}
