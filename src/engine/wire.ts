import type { Answer } from '../model/command.ts';
import { HostFailure } from '../model/host-failure.ts';
import type { Host } from '../model/inventory.ts';
import type { AdoptRequest, Connection, FixOutcome, LaneRequest, OpenOptions, Transport } from '../model/transport.ts';
import type { Holding } from './host-lock.ts';
import { LockKeeper } from './lock-keeper.ts';
import { SpentMarkers } from './spent-markers.ts';

/** A host's connection for the length of a run: another one can take its place, and the host's lock goes with it. */
export interface Wire {
  readonly host: Host;
  /** Closes it for good. */
  readonly signal: AbortSignal;
  current(): Connection;
  /** Rejects with a HostFailure when there is no answer. */
  run(request: LaneRequest): Promise<Answer>;
  /** What became of a fix that another process sent. Never rejects. */
  adopt(request: AdoptRequest): Promise<FixOutcome>;
  /** Fixes go one after the other where several hosts share a wire. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  /** A new connection to the same host. `settled` is awaited before the old one is closed. Rejects with a HostFailure. */
  reopen(settled?: () => Promise<void> | undefined): Promise<void>;
  /** Asks for the host's lock, with the next frames; it is kept over all connections until {@link release}. */
  lock(holding: Holding): void;
  /** The run that the lock was asked for. */
  lockedFor(): string | undefined;
  /** Why nothing may be changed here; `undefined`: the lock is ours, or none was asked for. Rejects with a HostFailure. */
  lockRefusal(): Promise<string | undefined>;
  /** Asks for the lock once more: it may have gone over to another wire of this run. */
  relock(): Promise<void>;
  /** What was sent to this host over it, whoever it was for. */
  readonly markers: SpentMarkers;
  /** Gives the lock back. `sweep`: and has those of its user's markers removed that nobody needs any more. Never rejects with a HostFailure. */
  release(sweep: boolean): Promise<void>;
  close(): Promise<void>;
}

/** Opens a wire, unless `opening`'s signal aborts; later connections, unless `signal` does. Rejects with the transport's HostFailure. */
export async function openWire(
  host: Host,
  transport: Transport,
  signal: AbortSignal,
  opening: OpenOptions,
): Promise<Wire> {
  let connection = await transport.open(host, opening);
  const keeper = new LockKeeper();
  const markers = new SpentMarkers((key) => connection.spent?.(key) === true);
  return {
    host,
    signal,
    current: () => connection,
    run: (request) => connection.run(request),
    adopt: (request) => connection.adopt(request),
    inTurn: (work) => work(),
    async reopen(settled) {
      const next = await transport.open(host, { signal });
      if (next.hostKey !== connection.hostKey) {
        await next.close();
        throw new HostFailure('host_key', 'the host answered with another key than before in this run');
      }
      await settled?.();
      await keeper.moveTo(next);
      await connection.close();
      connection = next;
      // Whoever closed the old one meanwhile does not know this one.
      if (signal.aborted) await next.close();
    },
    lock: (holding) => keeper.take(connection, holding),
    lockedFor: () => keeper.run,
    lockRefusal: () => keeper.refusal(),
    relock: () => keeper.renew(connection),
    markers,
    release: (sweep) => keeper.release(connection, (user) => (sweep ? markers.left(user) : [])),
    close: () => connection.close(),
  };
}
