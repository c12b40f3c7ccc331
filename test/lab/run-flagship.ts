import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MendEnd, type MendRequest, mend } from '../../src/mend.ts';
import type { Event } from '../../src/model/event.ts';
import type { Json } from '../../src/model/json.ts';
import type { HostOutcome } from '../../src/model/plan.ts';
import { Secret } from '../../src/model/secret.ts';
import type { Guest } from './guest.ts';
import type { Scenario } from './scenario.ts';

const flagship = 'runbooks/nginx-502-permission-denied.yaml';
const becomePassword = new Secret('lab-password');

/** What one run of the flagship on one guest came to. */
export interface FlagshipRun {
  readonly outcome: HostOutcome;
  readonly events: readonly Event[];
}

/** Runs the flagship on a guest over SSH, as the scenario's user and with its params; every question is answered yes. */
export async function runFlagship(
  guest: Guest,
  scenario: Scenario,
  mode: 'dry_run' | 'apply',
  reached: Pick<MendRequest, 'transportFor'> = {},
  onEvent: (event: Event) => void = () => undefined,
): Promise<FlagshipRun> {
  const folder = await mkdtemp(join(tmpdir(), 'mendgate-life-'));
  const events: Event[] = [];
  try {
    const inventory = join(folder, 'inventory.yaml');
    const connect = `{ address: 127.0.0.1, port: ${guest.port}, user: ${scenario.login} }`;
    await writeFile(inventory, `inventory: lab\nhosts:\n  guest: { connect: ${connect} }\n`);
    const never = new AbortController().signal;
    const end = await mend({
      runbook: flagship,
      inventory: [inventory],
      limit: undefined,
      extra: new Map(Object.entries(scenario.params).map(([name, value]) => [name, extraText(value)])),
      mode,
      forks: 1,
      reach: reachOf(guest, scenario),
      becomeByDefault: false,
      tags: [],
      skipTags: [],
      startAt: undefined,
      expectHosts: undefined,
      detailedExitCode: false,
      sinks: [
        (event) => {
          events.push(event);
          onEvent(event);
        },
      ],
      onPlan: () => undefined,
      approvePlan: async () => true,
      approve: async () => true,
      stopping: never,
      aborting: never,
      ...reached,
    });
    return { outcome: outcomeOf(end), events };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A param as `-e` takes it. */
function extraText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** How mendgate reaches a guest as the scenario's user. */
export function reachOf(guest: Guest, scenario: Scenario) {
  return {
    hostKeyPolicy: 'strict',
    knownHostsFiles: [guest.knownHostsFile],
    privateKeyFiles: [guest.keyFile],
    ...(scenario.login === 'opspw' ? { becomePassword } : {}),
    onWarning: () => undefined,
  } as const;
}

function outcomeOf(end: MendEnd): HostOutcome {
  if (end.kind !== 'ran') throw new Error(`the flagship did not run: ${JSON.stringify(end)}`);
  const [outcome] = end.result.outcomes;
  if (outcome === undefined) throw new Error('the run gave no outcome');
  return outcome;
}
