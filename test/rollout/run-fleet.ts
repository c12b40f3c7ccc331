import type { Clock } from '../../src/model/clock.ts';
import type { Event } from '../../src/model/event.ts';
import { HostFailure } from '../../src/model/host-failure.ts';
import type { Transport } from '../../src/model/transport.ts';
import { simulatedTransport } from '../../src/transports/simulated/simulated-transport.ts';
import { runMend } from '../run-mend.ts';
import { type FleetHost, fleetHost } from './fleet.ts';

export interface Rolled extends Awaited<ReturnType<typeof runMend>> {
  readonly events: readonly Event[];
  /** Connections that were open at once. */
  readonly mostOpen: number;
}

/** Runs `app-down.yaml` on simulated hosts; those that are `gone` cannot be reached. */
export async function runFleet(
  fleet: readonly FleetHost[],
  more: Partial<Parameters<typeof runMend>[0]> = {},
  gone: ReadonlySet<string> = new Set(),
): Promise<Rolled> {
  const events: Event[] = [];
  const simulated = simulatedTransport(new Map(fleet.map(({ name, host }) => [name, host])));
  const { transport, most } = counted(simulated, gone);
  const result = await runMend({
    runbook: 'test/rollout/app-down.yaml',
    inventory: [`${fleet.map(({ name }) => name).join(',')},`],
    mode: 'apply',
    forks: 20,
    sinks: [(event) => void events.push(event)],
    transportFor: () => transport,
    ...more,
  });
  return { ...result, events, mostOpen: most() };
}

function counted(
  transport: Transport,
  gone: ReadonlySet<string>,
): { readonly transport: Transport; readonly most: () => number } {
  const open = new Set<object>();
  let most = 0;
  return {
    most: () => most,
    transport: {
      ...transport,
      async open(host, options) {
        if (gone.has(host.name)) throw new HostFailure('tcp', 'nobody listens there');
        const connection = await transport.open(host, options);
        open.add(connection);
        most = Math.max(most, open.size);
        return {
          ...connection,
          close: () => {
            open.delete(connection);
            return connection.close();
          },
        };
      },
    },
  };
}

export const touched = (fleet: readonly FleetHost[]) =>
  fleet.filter(({ ran }) => ran.length > 0).map(({ name }) => name);
export const batchesOf = (events: readonly Event[]) =>
  events.flatMap((event) => (event.type === 'batch.started' ? [event.hosts] : []));
export const verdictsOf = ({ outcomes }: Rolled) =>
  Object.fromEntries(outcomes.map(({ host, verdict }) => [host, verdict]));
export const reasonOf = ({ outcomes }: Rolled, host: string) =>
  outcomes.find((outcome) => outcome.host === host)?.reason;
export const stale = (count: number) =>
  Array.from({ length: count }, (_, at) => fleetHost(`web${at + 1}`, 'stale pid'));

/** Time that passes only while somebody sleeps. `slept` is told of each sleep, once it is over. */
export function clockThatSleeps(slept: (ms: number, time: number) => void = () => undefined): Clock {
  let time = 0;
  return {
    now: () => time,
    monotonic: () => time,
    async sleep(ms) {
      time += ms;
      slept(ms, time);
    },
  };
}
