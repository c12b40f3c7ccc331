import { resolve } from 'node:path';
import type { DemoHost } from '../../src/demo/fleet.ts';
import type { RunResult } from '../../src/engine/execute-plan.ts';
import { mend } from '../../src/mend.ts';
import type { Event } from '../../src/model/event.ts';
import type { Transport } from '../../src/model/transport.ts';
import { simulatedTransport } from '../../src/transports/simulated/simulated-transport.ts';

const flagship = resolve('runbooks/nginx-502-permission-denied.yaml');

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
  const end = await mend({
    runbook,
    inventory: [`${hosts.map(({ name }) => name).join(',')},`],
    limit: undefined,
    extra: new Map(),
    mode,
    forks: 8,
    reach: { hostKeyPolicy: 'strict', onWarning: () => undefined },
    becomeByDefault: false,
    tags: [],
    skipTags: [],
    startAt: undefined,
    expectHosts: undefined,
    detailedExitCode: false,
    sinks: [(event) => void events.push(event)],
    onPlan: () => undefined,
    approvePlan: async () => true,
    approve: async () => true,
    stopping: new AbortController().signal,
    aborting: new AbortController().signal,
    transportFor: () => transport,
  });
  if (end.kind !== 'ran') throw new Error(JSON.stringify(end));
  const finished = events.find((event) => event.type === 'run.finished');
  return { ...end.result, events, changes: finished?.changes ?? -1 };
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
