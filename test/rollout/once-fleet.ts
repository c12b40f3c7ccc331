import type { Event } from '../../src/model/event.ts';
import { HostFailure } from '../../src/model/host-failure.ts';
import type { SimulatedHost } from '../../src/model/simulated-host.ts';
import type { Transport } from '../../src/model/transport.ts';
import { simulatedTransport } from '../../src/transports/simulated/simulated-transport.ts';
import { runMend } from '../run-mend.ts';

/** Hosts of `once.yaml` before one database. */
export interface OnceFleet {
  readonly names: readonly string[];
  /** `web1 app schema`: what was asked of hosts, and what ran there, in order. */
  readonly did: string[];
  readonly transport: Transport;
}

interface Ways {
  /** Before a host is asked anything, or connected to (`connect`): may wait, or throw. */
  readonly before?: (host: string, what: string) => Promise<void> | void;
  /** The migration does nothing. */
  readonly broken?: boolean;
  /** These do not get well. */
  readonly ill?: readonly string[];
  readonly standby?: readonly string[];
  /** Default 1. */
  readonly schema?: number;
}

/** So many hosts, `web1` and on. */
export function onceFleet(
  count: number,
  { before, broken = false, ill = [], standby = [], schema: first = 1 }: Ways = {},
): OnceFleet {
  const names = Array.from({ length: count }, (_, at) => `web${at + 1}`);
  const did: string[] = [];
  let schema = first;
  const hostOf = (name: string): SimulatedHost => ({
    answer(label) {
      if (label.name === 'clock') return { rc: 0, stdout: '1700000000\n' };
      const what = commandOf(label.params);
      if (what === '') return { rc: 0, stdout: '' };
      did.push(`${name} ${what}`);
      if (what === 'app role') return { rc: 0, stdout: standby.includes(name) ? 'standby\n' : 'active\n' };
      if (what === 'app health') return { rc: 0, stdout: ill.includes(name) ? 'ill\n' : 'well\n' };
      return { rc: 0, stdout: `${schema}\n` };
    },
    apply({ params }) {
      const what = commandOf(params);
      did.push(`${name} ${what}`);
      if (what === 'app migrate' && !broken) schema += 1;
      if (what === 'app unmigrate' && !broken) schema -= 1;
      return { rc: 0 };
    },
  });
  const simulated = simulatedTransport(new Map(names.map((name) => [name, hostOf(name)])));
  return { names, did, transport: withBefore(simulated, before ?? (() => undefined)) };
}

function commandOf(params: unknown): string {
  const [, words = ''] = /"command":\[([^\]]*)\]/.exec(JSON.stringify(params)) ?? [];
  return words.replaceAll('"', '').replaceAll(',', ' ');
}

function withBefore(transport: Transport, before: NonNullable<Ways['before']>): Transport {
  return {
    ...transport,
    async open(host, options) {
      await before(host.name, 'connect');
      const connection = await transport.open(host, options);
      return {
        ...connection,
        async run(request) {
          const what = commandOf(request.label.params);
          if (what !== '') await before(host.name, what);
          return connection.run(request);
        },
        async fix(request) {
          const label = commandOf(request.parts.map(({ label: { params } }) => params));
          try {
            await before(host.name, label);
          } catch (error) {
            if (!(error instanceof HostFailure)) throw error;
            return { kind: 'unknown', failure: error, answers: [] };
          }
          return connection.fix(request);
        },
      };
    },
  };
}

export interface OnceRun extends Awaited<ReturnType<typeof runMend>> {
  readonly events: readonly Event[];
  /** `web1: fixed · changed, skipped`: verdict and steps, a step of another host with its name. */
  readonly ends: readonly string[];
}

export async function runOnceFleet(
  { names, transport }: OnceFleet,
  more: Partial<Parameters<typeof runMend>[0]> = {},
): Promise<OnceRun> {
  const events: Event[] = [];
  const result = await runMend({
    runbook: 'test/rollout/once.yaml',
    inventory: [`${names.join(',')},`],
    mode: 'apply',
    forks: 20,
    sinks: [(event) => void events.push(event)],
    transportFor: () => transport,
    ...more,
  });
  const ends = result.outcomes.map(({ host, verdict, steps }) => {
    const each = steps.map(({ result: { outcome, on } }) => (on === undefined ? outcome : `${outcome} on ${on}`));
    return `${host}: ${verdict} · ${each.join(', ')}`;
  });
  return { ...result, events, ends };
}

/** Those of these doings, by host, that begin so. */
export function doings(did: readonly string[], what: string): readonly string[] {
  return did.flatMap((line) => (line.endsWith(` ${what}`) ? [line.slice(0, line.indexOf(' '))] : []));
}
