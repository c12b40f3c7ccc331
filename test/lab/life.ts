import { isDeepStrictEqual } from 'node:util';
import type { HostOutcome, PlannedChange } from '../../src/model/plan.ts';
import { breakGuest, lookProblems, missingFromSymptom, requestProblems } from './break-guest.ts';
import type { Guest } from './guest.ts';
import { recordLife } from './record.ts';
import { reachOf, runFlagship } from './run-flagship.ts';
import type { Scenario } from './scenario.ts';
import { diffState, type GuestState } from './state.ts';
import { takeBack } from './take-back.ts';

/** What a scenario's life came to; `undefined`: it is not meant to get so far. */
export interface Life {
  readonly scenario: string;
  readonly title: string;
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
  const exported = await exportStore(guest, scenario);

  const recorder = await recordLife(guest, scenario, reachOf(guest, scenario));
  const dry = await runFlagship(guest, scenario, 'dry_run', recorder?.transportFor('dry_run'));
  const touched = await differences(guest, scenario, before, exported);
  problems.push(...touched.map((line) => `the dry run changed the guest: ${line}`));
  const planned = changesOf(dry.outcome, ['would_change']);

  const disturbing = scenario.disturb === undefined ? undefined : guest.exec(scenario.disturb);
  const real = await runFlagship(guest, scenario, 'apply', recorder?.transportFor('apply'));
  await disturbing;
  const made = changesOf(real.outcome, ['changed']);
  const waited = real.events.some((event) => event.type === 'fix.waiting');
  if (scenario.disturb !== undefined && !waited) problems.push('the real run never said that it waits');
  const fixed = await holdsAfter(guest, scenario, problems);

  const again = await runFlagship(guest, scenario, 'apply', recorder?.transportFor('again'));
  const idempotent = !again.events.some((event) => event.type === 'fix.intent');
  if (!idempotent) problems.push('the second run changed something');

  await recorder?.save({ dry_run: dry.outcome, apply: real.outcome, again: again.outcome });

  // What a reboot sets by itself would hide what the rollback has to restore: it starts from before the reboot.
  if (made.length > 0 && scenario.persists !== undefined) await guest.checkpoint();
  const persistent = await survivesReboot(guest, scenario, problems);
  if (made.length > 0 && scenario.persists !== undefined) await guest.rewind();
  const exactRollback = made.length === 0 ? undefined : await rollBack();
  return {
    scenario: scenario.name,
    title: scenario.title,
    diagnosis: real.outcome.diagnosis,
    planned: planned.map((change) => change.summary),
    notes: dry.outcome.notes,
    dryRun: dry.outcome.verdict,
    reason: real.outcome.reason,
    verdict: real.outcome.verdict,
    unchanged: touched.length === 0,
    agreed: agree(dry.outcome, real.outcome, planned, made),
    fixed,
    idempotent,
    persistent,
    exactRollback,
    problems,
    seconds: Math.round((performance.now() - begun) / 1000),
  };

  async function rollBack(): Promise<boolean> {
    problems.push(...(await takeBack(guest, scenario, made)));
    // A real run leaves its markers on purpose.
    const left = await differences(guest, scenario, before, exported, ['markers']);
    problems.push(...left.map((line) => `after the rollback: ${line}`));
    return left.length === 0;
  }
}

/** The dry run foretold what the real run did: the same changes, and the verdict that goes with them. */
function agree(
  dry: HostOutcome,
  real: HostOutcome,
  planned: readonly PlannedChange[],
  made: readonly PlannedChange[],
): boolean {
  const foretold = planned.map((change) => change.summary);
  const done = made.map((change) => change.summary);
  return isDeepStrictEqual(foretold, done) && real.verdict === foretoldVerdict(dry);
}

function foretoldVerdict(dry: HostOutcome): string {
  switch (dry.verdict) {
    case 'would_fix':
      // Only a `prevent` step has something to do where nobody suffers yet.
      return dry.symptom === 'absent' ? 'healthy' : 'fixed';
    case 'undetermined':
      return 'not_fixed';
    default:
      return dry.verdict;
  }
}

function changesOf(outcome: HostOutcome, results: readonly string[]): readonly PlannedChange[] {
  return outcome.steps.flatMap((step) =>
    step.items.flatMap((item) => (results.includes(item.result.outcome) ? item.changes : [])),
  );
}

/** The store as semanage itself tells it: slow (seconds), and so only where the scenario asks for this cross-check. */
async function exportStore(guest: Guest, scenario: Scenario): Promise<string> {
  if (!scenario.export) return '';
  const answer = await guest.exec('semanage export');
  if (answer.rc !== 0) throw new Error(`semanage export ended with ${answer.rc}: ${answer.stderr}`);
  return answer.stdout;
}

async function differences(
  guest: Guest,
  scenario: Scenario,
  before: GuestState,
  exported: string,
  leaveOut: readonly string[] = [],
): Promise<readonly string[]> {
  const lines = diffState(before, await guest.state(), leaveOut);
  const now = await exportStore(guest, scenario);
  return now === exported ? lines : [...lines, `semanage export differs:\n${exported}\n---\n${now}`];
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
