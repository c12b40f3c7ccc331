import type { Event } from '../../src/model/event.ts';
import { HostFailure } from '../../src/model/host-failure.ts';
import type { SimulatedHost } from '../../src/model/simulated-host.ts';
import type { Connection, FixRequest, Label, LaneRequest, Transport } from '../../src/model/transport.ts';
import { simulatedTransport } from '../../src/transports/simulated/simulated-transport.ts';
import { runMend } from '../run-mend.ts';

/** What a host was asked for and did, in order: `? pool state app1`, `! pool drain app1`. */
export interface Machine {
  readonly host: SimulatedHost;
  readonly log: string[];
}

const argvOf = (params: unknown): string => /"command":\[([^\]]*)\]/.exec(JSON.stringify(params))?.[1] ?? '';
const words = ({ params }: Label): string[] => argvOf(params).replaceAll('"', '').split(',');

/** A load balancer: `drained` is its state, which its commands change and answer from. */
export function balancer(): Machine & { readonly drained: Set<string> } {
  const drained = new Set<string>();
  const log: string[] = [];
  const host: SimulatedHost = {
    answer(label) {
      if (label.name === 'clock') return { rc: 0, stdout: '1700000000\n' };
      if (label.kind !== 'probe') return { rc: 0 };
      const [, asked, name = ''] = words(label);
      log.push(`? ${words(label).join(' ')}`);
      if (asked === 'sees') return { rc: 0, stdout: `${name}\n` };
      return { rc: 0, stdout: `${drained.has(name) ? 'drained' : 'up'}\n` };
    },
    apply(label) {
      const [, done, name = ''] = words(label);
      log.push(`! ${words(label).join(' ')}`);
      if (done === 'drain') drained.add(name);
      else drained.delete(name);
      return { rc: 0 };
    },
  };
  return { host, log, drained };
}

/** A host of the application. `stubborn`: a restart does not help it. */
export function app(stubborn = false): Machine {
  const log: string[] = [];
  let well = false;
  const host: SimulatedHost = {
    answer(label) {
      if (label.name === 'clock') return { rc: 0, stdout: '1700000000\n' };
      if (label.kind !== 'probe') return { rc: 0 };
      log.push(`? ${words(label).join(' ')}`);
      return { rc: 0, stdout: `${well ? 'well' : 'stale'}\n` };
    },
    apply(label) {
      log.push(`! ${words(label).join(' ')}`);
      well = words(label)[1] === 'restart' && !stubborn;
      return { rc: 0 };
    },
  };
  return { host, log };
}

export type Fleet = Readonly<Record<string, Machine>>;

/** How a run is made on a fleet: those that are `gone` cannot be reached. */
export interface Around {
  readonly gone?: ReadonlySet<string>;
  /** The host whose first connection breaks with its first probe. */
  readonly cut?: string;
  /** Machine ids that are not the usual ones. */
  readonly machines?: Readonly<Record<string, string>>;
  /** Is told what is sent to which host. */
  readonly hears?: {
    readonly fix: (host: string, request: FixRequest) => void;
    readonly run: (host: string, request: LaneRequest) => void;
  };
  readonly request?: Partial<Parameters<typeof runMend>[0]>;
}

/** Connects to a fleet; `opened` is told each host that was connected to. */
export function reach(
  fleet: Fleet,
  { gone = new Set(), machines = {}, cut, hears }: Around,
  opened: string[] = [],
): Transport {
  const simulated = simulatedTransport(new Map(Object.entries(fleet).map(([name, { host }]) => [name, host])));
  return {
    ...simulated,
    async open(host, options) {
      if (gone.has(host.name)) throw new HostFailure('tcp', 'nobody listens there');
      opened.push(host.name);
      const machine = machines[host.name] ?? `machine of ${host.name}`;
      const own = await simulated.open(host, options);
      const connection: Connection = {
        ...own,
        machineId: () => machine,
        run(request) {
          hears?.run(host.name, request);
          return own.run(request);
        },
        fix(request) {
          hears?.fix(host.name, request);
          return own.fix(request);
        },
      };
      const breaks = cut === host.name && opened.filter((name) => name === cut).length === 1;
      if (!breaks) return connection;
      return {
        ...connection,
        async run(request) {
          if (request.label.kind === 'probe') throw new HostFailure('lost', 'the wire broke');
          return connection.run(request);
        },
      };
    },
  };
}

/** What is asked of a run of `rolling.yaml` on the hosts `app…` of a fleet. */
export const rolling = (fleet: Fleet) => ({
  runbook: 'test/delegate/rolling.yaml',
  inventory: [`${Object.keys(fleet).join(',')},`],
  limit: 'app*',
  extra: new Map([['lb', 'lb1']]),
  mode: 'apply' as const,
  forks: 20,
});

/** Runs `rolling.yaml` on the hosts `app…` of a fleet; gives also the events, and the names of all connections opened. */
export async function roll(fleet: Fleet, around: Around = {}) {
  const events: Event[] = [];
  const opened: string[] = [];
  const transport = reach(fleet, around, opened);
  const result = await runMend({
    ...rolling(fleet),
    sinks: [(event) => void events.push(event)],
    transportFor: () => transport,
    ...around.request,
  });
  return { ...result, events, opened };
}

export const did = ({ log }: Machine): readonly string[] => log.filter((line) => line.startsWith('!'));
