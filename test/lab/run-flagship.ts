import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MendRequest } from '../../src/mend.ts';
import type { Event } from '../../src/model/event.ts';
import type { HostOutcome } from '../../src/model/plan.ts';
import { Secret } from '../../src/model/secret.ts';
import { extraOf, flagship, onlyOutcome, runMend } from '../run-mend.ts';
import type { Guest } from './guest.ts';
import type { Scenario } from './scenario.ts';

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
    const result = await runMend({
      runbook: flagship,
      inventory: [inventory],
      extra: extraOf(scenario.params),
      mode,
      reach: reachOf(guest, scenario),
      sinks: [
        (event) => {
          events.push(event);
          onEvent(event);
        },
      ],
      ...reached,
    });
    return { outcome: onlyOutcome(result), events };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
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
