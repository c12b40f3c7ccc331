import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MendEnd, mend } from '../../src/mend.ts';
import type { Event } from '../../src/model/event.ts';
import type { Host } from '../../src/model/inventory.ts';
import { buildRegistry } from '../../src/model/pack.ts';
import type { HostOutcome, PlannedChange } from '../../src/model/plan.ts';
import { Secret } from '../../src/model/secret.ts';
import { builtInPacks } from '../../src/packs/index.ts';
import { systemClock } from '../../src/transports/clock.ts';
import { sshTransport } from '../../src/transports/ssh/ssh-transport.ts';
import { breakGuest, lookProblems, missingFromSymptom, requestProblems } from './break-guest.ts';
import type { Guest } from './guest.ts';
import type { Scenario } from './scenario.ts';
import { diffState, type GuestState } from './state.ts';

const flagship = 'runbooks/nginx-502-permission-denied.yaml';
const becomePassword = new Secret('lab-password');

/** What a scenario's life came to; `undefined`: it did not get so far, or it is not meant to. */
export interface Life {
  readonly scenario: string;
  readonly diagnosis: string;
  readonly planned: readonly string[];
  readonly notes: readonly string[];
  readonly dryRun: string;
  readonly reason: string | undefined;
  readonly verdict: string;
  readonly unchanged: boolean;
  readonly agreed: boolean;
  readonly fixed: boolean | undefined;
  readonly idempotent: boolean;
  readonly persistent: boolean | undefined;
  readonly exactRollback: boolean | undefined;
  /** Everything that is not as it must be, as sentences. */
  readonly problems: readonly string[];
  readonly seconds: number;
}

/** break → symptom → dry run → real run → second run → reboot → rollback, on a guest that is reset first. */
export async function liveThrough(guest: Guest, scenario: Scenario): Promise<Life> {
  const begun = performance.now();
  const problems: string[] = [];
  await guest.reset();
  await breakGuest(guest, scenario);
  problems.push(...(await missingFromSymptom(guest, scenario)));
  const before = await guest.state();

  const dry = await runFlagship(guest, scenario, 'dry_run');
  const touched = diffState(before, await guest.state());
  const unchanged = touched.length === 0;
  problems.push(...touched.map((line) => `the dry run changed the guest: ${line}`));
  const planned = changesOf(dry.outcome, ['would_change']);

  const disturbing = scenario.disturb === undefined ? undefined : guest.exec(scenario.disturb);
  const real = await runFlagship(guest, scenario, 'apply');
  await disturbing;
  const made = changesOf(real.outcome, ['changed']);
  const fixed = await holdsAfter(guest, scenario, problems);

  const again = await runFlagship(guest, scenario, 'apply');
  const idempotent = !again.events.some((event) => event.type === 'fix.intent');
  if (!idempotent) problems.push('the second run changed something');

  const persistent = await survivesReboot(guest, scenario, problems);
  const exactRollback = made.length === 0 ? undefined : await rollBack(guest, scenario, made, before, problems);
  return {
    scenario: scenario.name,
    diagnosis: real.outcome.diagnosis,
    planned: planned.map((change) => change.summary),
    notes: real.outcome.notes,
    dryRun: dry.outcome.verdict,
    reason: real.outcome.reason,
    verdict: real.outcome.verdict,
    unchanged,
    agreed: agree(dry.outcome, real.outcome, planned, made),
    fixed,
    idempotent,
    persistent,
    exactRollback,
    problems,
    seconds: Math.round((performance.now() - begun) / 1000),
  };
}

/** The dry run foretold what the real run did: the same changes, and the verdict that goes with them. */
function agree(
  dry: HostOutcome,
  real: HostOutcome,
  planned: readonly PlannedChange[],
  made: readonly PlannedChange[],
): boolean {
  const same = planned.map((change) => change.summary).join('\n') === made.map((change) => change.summary).join('\n');
  const expected = dry.verdict === 'would_fix' ? 'fixed' : dry.verdict === 'undetermined' ? 'not_fixed' : dry.verdict;
  return same && real.verdict === expected;
}

interface Ran {
  readonly outcome: HostOutcome;
  readonly events: readonly Event[];
}

async function runFlagship(guest: Guest, scenario: Scenario, mode: 'dry_run' | 'apply'): Promise<Ran> {
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
      extra: new Map(Object.entries(scenario.params).map(([name, value]) => [name, String(value)])),
      mode,
      forks: 1,
      reach: reachOf(guest, scenario),
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
      stopping: never,
      aborting: never,
    });
    return { outcome: outcomeOf(end), events };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function reachOf(guest: Guest, scenario: Scenario) {
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

function changesOf(outcome: HostOutcome, results: readonly string[]): readonly PlannedChange[] {
  return outcome.steps.flatMap((step) =>
    step.items.flatMap((item) => (results.includes(item.result.outcome) ? item.changes : [])),
  );
}

async function holdsAfter(guest: Guest, scenario: Scenario, problems: string[]): Promise<boolean | undefined> {
  if (scenario.after === undefined) return undefined;
  const wrong = [
    ...(await requestProblems(guest, scenario.after.request)),
    ...(await lookProblems(guest, scenario.after.shows ?? [])),
  ];
  problems.push(...wrong.map((problem) => `after the run: ${problem}`));
  return wrong.length === 0;
}

async function survivesReboot(guest: Guest, scenario: Scenario, problems: string[]): Promise<boolean | undefined> {
  if (scenario.persists === undefined || scenario.after === undefined) return undefined;
  await guest.reboot();
  const wrong = await requestProblems(guest, scenario.after.request);
  problems.push(...wrong.map((problem) => `after a reboot: ${problem}`));
  return wrong.length === 0;
}

/** What `undo` will do: each action's own rollback, the last change first, from plain JSON. */
async function rollBack(
  guest: Guest,
  scenario: Scenario,
  made: readonly PlannedChange[],
  before: GuestState,
  problems: string[],
): Promise<boolean> {
  const { actions } = buildRegistry(builtInPacks);
  const { becomePassword: password, ...reach } = { becomePassword: undefined, ...reachOf(guest, scenario) };
  const transport = sshTransport({
    ...reach,
    ...(password === undefined ? {} : { becomePassword: password }),
    user: scenario.login,
    agent: false,
    clock: systemClock,
  });
  const host: Host = {
    name: 'guest',
    connect: { address: '127.0.0.1', port: guest.port },
    vars: {},
    groups: [],
    origins: {},
  };
  const connection = await transport.open(host, { signal: new AbortController().signal });
  try {
    for (const change of [...made].reverse()) {
      const rollback = actions.get(change.action)?.rollback;
      if (rollback?.kind !== 'undo') continue;
      const commands = rollback.undo(change.change, change.before);
      const params = { change: change.change, before: change.before };
      const part = { label: { kind: 'undo', name: change.action, params }, commands } as const;
      const outcome = await connection.fix({ parts: [part], become: change.become, timeoutMs: 300_000 });
      const bad = outcome.kind === 'ended' ? outcome.answers.find((answer) => answer.rc !== 0) : undefined;
      if (outcome.kind !== 'ended') problems.push(`rollback of ${change.summary}: ${outcome.failure.message}`);
      else if (bad !== undefined) problems.push(`rollback of ${change.summary}: exit ${bad.rc}: ${bad.stderr.trim()}`);
    }
  } finally {
    await connection.close();
    await transport.close();
  }
  // A real run leaves its markers on purpose.
  const left = diffState(before, await guest.state(), ['markers']);
  problems.push(...left.map((line) => `after the rollback: ${line}`));
  return left.length === 0;
}
