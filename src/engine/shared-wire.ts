import { HostFailure } from '../model/host-failure.ts';
import type { Connection } from '../model/transport.ts';
import type { Holding } from './host-lock.ts';
import { createLimit } from './limit.ts';
import type { Wire } from './wire.ts';

/**
 * A wire that several hosts use: its fixes go one after the other, what broke is opened again for whoever comes next, and the host's
 * lock is asked for before its first fix. What goes wrong on it is a failure of the step that asked, never of the step's own host.
 */
export function shareWire(own: Wire, holding: Holding | undefined): Wire {
  const { name } = own.host;
  const turns = createLimit(1);
  let broken: Connection | undefined;

  function told(error: unknown, on: Connection): unknown {
    if (!(error instanceof HostFailure)) return error;
    if (error.phase === 'lost' || error.phase === 'cancelled') broken = on;
    return error.phase === 'cancelled' && own.signal.aborted ? error : failedOn(name, error);
  }

  /** Not while a fix is under way: that one finds out for itself, and opens again what it needs. */
  async function mend(): Promise<void> {
    if (broken !== own.current()) return;
    await turns(async () => {
      if (broken === own.current()) await own.reopen();
    }).catch((error: unknown) => {
      throw error instanceof HostFailure ? failedOn(name, error) : error;
    });
  }

  return {
    ...own,
    async run(request) {
      await mend();
      const on = own.current();
      try {
        return await on.run(request);
      } catch (error) {
        throw told(error, on);
      }
    },
    async adopt(request) {
      try {
        await mend();
      } catch (error) {
        if (!(error instanceof HostFailure)) throw error;
        return { kind: 'unknown', failure: error, answers: [] };
      }
      return own.adopt(request);
    },
    inTurn: turns,
    async lockRefusal() {
      if (holding === undefined) return undefined;
      const on = own.current();
      try {
        await mend();
        // A host of this run that is walked itself takes the lock over, and gives it back at its own end.
        if (own.lockedFor() === undefined) own.lock(holding);
        else await own.relock();
        const refused = await own.lockRefusal();
        return refused === undefined ? undefined : `${name}: ${refused}`;
      } catch (error) {
        throw told(error, on);
      }
    },
  };
}

function failedOn(host: string, { message, help }: HostFailure): HostFailure {
  return new HostFailure('command', `${host}: ${message}`, help);
}
