import type { DemoHost } from '../../src/demo/fleet.ts';
import type { RunResult } from '../../src/engine/execute-plan.ts';
import type { Event } from '../../src/model/event.ts';
import type { Transport } from '../../src/model/transport.ts';
import { simulatedTransport } from '../../src/transports/simulated/simulated-transport.ts';
import { flagship, runMend } from '../run-mend.ts';

export interface Played extends RunResult {
  readonly events: readonly Event[];
  readonly changes: number;
}

/** Runs a runbook on demo hosts in memory; `listen` may stand between. */
export async function play(
  hosts: readonly DemoHost[],
  mode: 'dry_run' | 'apply',
  runbook = flagship,
  listen: (transport: Transport) => Transport = (transport) => transport,
): Promise<Played> {
  const events: Event[] = [];
  const transport = listen(simulatedTransport(new Map(hosts.map(({ name, host }) => [name, host]))));
  const result = await runMend({
    runbook,
    inventory: [`${hosts.map(({ name }) => name).join(',')},`],
    mode,
    forks: 8,
    sinks: [(event) => void events.push(event)],
    transportFor: () => transport,
  });
  const finished = events.find((event) => event.type === 'run.finished');
  return { ...result, events, changes: finished?.changes ?? -1 };
}

/** What the host said to an HTTP request, each time it was asked. */
export function statuses({ events }: Played, host: string): readonly unknown[] {
  return events.flatMap((event) =>
    event.type === 'probe.read' && event.host === host && event.probe === 'http.request'
      ? [(event.value as { status: number } | undefined)?.status]
      : [],
  );
}

/** What would change, or was changed, on each host, in one line each. */
export function summaries(result: RunResult): { readonly [host: string]: readonly string[] } {
  return Object.fromEntries(
    result.outcomes.map(({ host, steps }) => [
      host,
      steps.flatMap(({ items }) => items).flatMap(({ changes }) => changes.map(({ summary }) => summary)),
    ]),
  );
}
