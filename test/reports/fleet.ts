import { withDemoFleet } from '../../src/mend.ts';
import type { Event, EventBody } from '../../src/model/event.ts';
import type { RunRequest } from '../../src/model/history.ts';
import { request as anyRequest } from '../journal/plans.ts';
import { outcome, step } from '../reporters/events.ts';
import { runMend } from '../run-mend.ts';

/** The events of a real run of the flagship over the demo's eight hosts. */
export async function demoEvents(): Promise<readonly Event[]> {
  const events: Event[] = [];
  await withDemoFleet((fleet) =>
    runMend({
      runbook: fleet.runbook,
      inventory: [fleet.inventory],
      mode: 'apply',
      forks: fleet.hosts.length,
      reach: {
        user: fleet.user,
        privateKeyFiles: [fleet.privateKeyFile],
        knownHostsFiles: [fleet.knownHostsFile],
      },
      sinks: [(event) => void events.push(event)],
    }),
  );
  return events;
}

export const request: RunRequest = {
  ...anyRequest,
  mendgate: '0.1.0',
  runbook: '/srv/runbooks/nginx-502-permission-denied.yaml',
  inventory: ['/srv/inventory.yaml'],
};

/** How the first five of each hundred hosts end. */
export const strays = ['unreachable', 'unreachable', 'unreachable', 'rolled_back', 'no_result'] as const;

/** A run over so many hosts, made of the demo's: `web0001` to `web1000`; of each hundred five go wrong. */
export async function fleetEvents(size: number): Promise<readonly Event[]> {
  const demo = await demoEvents();
  const [started] = demo;
  const finished = demo.at(-1);
  if (started?.type !== 'run.started' || finished?.type !== 'run.finished') throw new Error('the demo did not run');
  const templates = started.hosts.map((host) => ({
    host,
    text: JSON.stringify(demo.filter((event) => 'host' in event && event.host === host)),
  }));
  const names = Array.from({ length: size }, (_, at) => `web${String(at + 1).padStart(4, '0')}`);
  const begin = Date.parse('2026-11-21T03:15:00.000Z');
  /** Twenty at a time, each twenty four seconds after those before. */
  const dated = (bodies: readonly (Event | EventBody)[], host: number): readonly object[] =>
    bodies.map((body) => {
      const since = 'at' in body ? Date.parse(body.at) - Date.parse(started.at) : 0;
      return { ...body, at: new Date(begin + Math.floor(host / 20) * 4000 + since).toISOString() };
    });
  const ofHosts = names.flatMap((name, at) => {
    const stray = strays[at % 100];
    if (stray !== undefined) return dated(strayBodies(name, stray), at);
    const template = templates[at % templates.length];
    return template === undefined ? [] : dated(JSON.parse(template.text.replaceAll(template.host, name)), at);
  });
  const runbook = { ...started.runbook, file: 'runbooks/nginx-502-permission-denied.yaml' };
  const changes = ofHosts.filter((event) => 'type' in event && event.type === 'fix.result').length;
  const all = [
    ...dated([{ ...started, runbook, hosts: names, inventoryHosts: size + 200, request }], 0),
    ...ofHosts,
    ...dated([{ ...finished, changes, ms: size * 200 + 1400 }], size),
  ];
  const run = '2026-11-21T031500-0f1e2d';
  return all.map((event, at) => ({ ...(event as Event), seq: at + 1, run }));
}

function strayBodies(host: string, stray: (typeof strays)[number]): readonly EventBody[] {
  if (stray === 'no_result') return [{ type: 'host.connecting', host }];
  if (stray === 'unreachable') {
    const failure = {
      phase: 'tcp',
      reason: 'connect ETIMEDOUT 192.0.2.7:22',
      help: 'Is sshd running? Is the port right?',
    };
    return [
      { type: 'host.unreachable', host, ...failure },
      {
        type: 'host.finished',
        host,
        ms: 10_000,
        outcome: ended(host, 'unreachable', 'tcp: connect ETIMEDOUT 192.0.2.7:22'),
      },
    ];
  }
  return [
    {
      type: 'host.finished',
      host,
      ms: 4000,
      outcome: ended(host, 'rolled_back', 'verify of step boolean did not hold'),
    },
  ];
}

function ended(host: string, verdict: 'unreachable' | 'rolled_back', reason: string) {
  const why = { outcome: 'rolled_back', reason: 'its verify does not hold: access.all(a, a.allowed)' } as const;
  return outcome(host, {
    verdict,
    reason,
    ...(verdict === 'unreachable' ? { diagnosis: '', steps: [] } : { steps: [step('boolean', why)] }),
  });
}
