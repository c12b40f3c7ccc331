import type { Answer } from '../model/command.ts';
import { HostFailure } from '../model/host-failure.ts';
import type { Become } from '../model/runbook.ts';
import type { Connection } from '../model/transport.ts';
import { type Holding, isBusy } from './host-lock.ts';

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
    this.#taking = this.#takeOver(connection, false);
    await this.#taking;
  }

  /** Asks for it once more, whatever came of it before. */
  async renew(connection: Connection): Promise<void> {
    await this.#taking;
    this.#refusal = undefined;
    this.#taking = this.#takeOver(connection, false);
    await this.#taking;
  }

  /** Gives it back, and with it its user's markers that are spent; a wire that is broken has given it back already. */
  async release(connection: Connection, spent: (become: Become) => readonly string[]): Promise<void> {
    const holding = this.#holding;
    this.#holding = undefined;
    await this.#taking;
    if (holding === undefined || this.#refusal !== undefined || this.#failure !== undefined) return;
    const { become } = holding.take;
    await connection.run(holding.release(become, spent(become))).catch((error: unknown) => {
      if (!(error instanceof HostFailure)) throw error;
    });
  }

  /** `free`: probably nobody holds it. */
  async #takeOver(connection: Connection, free = true): Promise<void> {
    const holding = this.#holding;
    if (holding === undefined) return;
    const { take, takeFree } = holding;
    const heard = (answer: Answer): void => {
      this.#refusal = holding.refusal(answer);
    };
    const again = { command: take.command, heard };
    try {
      this.#failure = undefined;
      const quick = free ? await connection.run({ ...take, command: takeFree, again }) : undefined;
      heard(quick === undefined || isBusy(quick) ? await connection.run({ ...take, again }) : quick);
    } catch (error) {
      if (!(error instanceof HostFailure)) throw error;
      if (error.phase === 'become' && holding.take.become !== false) {
        this.#holding = { ...holding, take: { ...holding.take, become: false } };
        return this.#takeOver(connection, free);
      }
      this.#failure = error;
    }
  }
}
