import type { Clock } from '../model/clock.ts';
import type { EventBody } from '../model/event.ts';
import type { DelegateIds, HostHistory } from '../model/history.ts';
import { HostFailure } from '../model/host-failure.ts';
import type { Host } from '../model/inventory.ts';
import type { Resource } from '../model/resource.ts';
import type { Connection, Transport } from '../model/transport.ts';
import { greet } from './greet.ts';
import type { Holding } from './host-lock.ts';
import { otherHost } from './past.ts';
import { shareWire } from './shared-wire.ts';
import { openWire, type Wire } from './wire.ts';

/** What a run's delegates need of it. */
export interface DelegateParts {
  readonly hosts: readonly Host[];
  readonly transportFor: (host: Host) => Transport;
  readonly clock: Clock;
  readonly emit: (body: EventBody) => Promise<void>;
  /** Closes them all. */
  readonly aborting: AbortSignal;
  /** The taking of a delegate's lock; `undefined`: none is taken. */
  readonly holding: (host: Host) => Holding | undefined;
  /** What an earlier process, an approved plan or the undone run knew of them, by name. */
  readonly known: ReadonlyMap<string, DelegateIds>;
}

/** The hosts on which something is carried out for others: one connection each, opened when first needed, kept to the end of the run. */
export class Delegates {
  readonly #parts: DelegateParts;
  readonly #hosts: ReadonlyMap<string, Host>;
  readonly #wires = new Map<string, Promise<Wire>>();
  /** The last turn on each of them. */
  readonly #turns = new Map<string, Promise<void>>();
  readonly #touched = new Map<string, { readonly by: string; readonly resources: readonly Resource[] }[]>();

  constructor(parts: DelegateParts) {
    this.#parts = parts;
    this.#hosts = new Map(parts.hosts.map((host) => [host.name, host]));
  }

  find(name: string): Host | undefined {
    return this.#hosts.get(name);
  }

  /** Its wire. Rejects with a HostFailure of the step that asks; the next who asks tries again. */
  reach(name: string): Promise<Wire> {
    const known = this.#wires.get(name);
    if (known !== undefined) return known;
    const opening = this.#open(name);
    this.#wires.set(name, opening);
    opening.catch(() => this.#wires.delete(name));
    return opening;
  }

  /**
   * Waits until the earlier turns on these hosts are over; gives how this one ends. Who looks at a host and then changes it by what
   * it saw would else lose what another one changes there in between.
   */
  async turnOn(names: readonly string[]): Promise<() => void> {
    const { promise, end } = turn();
    const earlier = names.map((name) => this.#turns.get(name));
    for (const name of names) this.#turns.set(name, promise);
    await Promise.all(earlier);
    return end;
  }

  /** Something of a host is about to be changed, `by` the walk of this or another one. */
  touch(name: string, resources: readonly Resource[], by: string): void {
    const touched = this.#touched.get(name) ?? [];
    this.#touched.set(name, touched);
    touched.push({ by, resources });
  }

  /** What of a host this run changed so far, but for what the walk of `besides` did. */
  touchedOn(name: string, besides: string): readonly Resource[] {
    return (this.#touched.get(name) ?? []).flatMap(({ by, resources }) => (by === besides ? [] : resources));
  }

  /** Gives all locks back, and closes all connections. `sweep`: and has the markers removed that are not needed any more. */
  async close(sweep: boolean): Promise<void> {
    const settled = await Promise.allSettled(this.#wires.values());
    await Promise.all(
      settled.map(async (opened) => {
        if (opened.status === 'rejected') return;
        await opened.value.release(sweep);
        await opened.value.close();
      }),
    );
  }

  async #open(name: string): Promise<Wire> {
    const host = this.#hosts.get(name);
    if (host === undefined) throw new HostFailure('command', `${name} is not a host that this run delegates to`);
    const { clock, emit, aborting, holding, known, transportFor } = this.#parts;
    const begun = clock.monotonic();
    try {
      const wire = await openWire(host, transportFor(host), aborting, { signal: aborting });
      const abort = (): void => void wire.close();
      aborting.addEventListener('abort', abort, { once: true });
      try {
        const ids = await idsOf(name, wire.current());
        const other = otherHost(known.get(name) ?? {}, ids);
        if (other !== undefined) throw new HostFailure('host_key', other);
        await emit({ type: 'delegate.connected', delegate: ids, ms: clock.monotonic() - begun });
      } catch (error) {
        await wire.close();
        throw error;
      }
      return shareWire(wire, holding(host));
    } catch (error) {
      if (!(error instanceof HostFailure) || (error.phase === 'cancelled' && aborting.aborted)) throw error;
      throw new HostFailure('command', `${name}, to which it is delegated: ${error.message}`, error.help);
    }
  }
}

function turn(): { readonly promise: Promise<void>; readonly end: () => void } {
  let end = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { promise, end };
}

/** Which machine answers there, and in which boot; a host tells with its first answer. */
async function idsOf(host: string, connection: Connection): Promise<DelegateIds> {
  await greet(connection, false);
  const { hostKey } = connection;
  return delegateIds(host, { hostKey, machineId: connection.machineId?.(), bootId: connection.bootId() });
}

type Ids = { readonly [K in 'hostKey' | 'machineId' | 'bootId']: string | undefined };

/** What is known of the machine that answers there. */
export function delegateIds(host: string, { hostKey, machineId, bootId }: Ids): DelegateIds {
  return {
    host,
    ...(hostKey === undefined ? {} : { hostKey }),
    ...(machineId === undefined ? {} : { machineId }),
    ...(bootId === undefined ? {} : { bootId }),
  };
}

/** What the records of a run tell of the machines that something was carried out on for others, by name. */
export function knownDelegates(histories: Iterable<HostHistory>): ReadonlyMap<string, DelegateIds> {
  const attempts = [...histories].flatMap(({ units }) => units.flatMap((unit) => unit.attempts));
  return new Map(attempts.flatMap(({ delegates = [] }) => delegates.map((ids) => [ids.host, ids] as const)));
}
