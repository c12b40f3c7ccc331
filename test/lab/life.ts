import { isDeepStrictEqual } from 'node:util';
import type { HostOutcome, PlannedChange } from '../../src/model/plan.ts';
import { breakGuest, lookProblems, missingFromSymptom, requestProblems } from './break-guest.ts';
import { disturb } from './disturb.ts';
import type { Guest } from './guest.ts';
import { recordLife } from './record.ts';
import { type FlagshipRun, reachOf, runFlagship } from './run-flagship.ts';
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
  /** Diagnosis, remedy, notes (proof, reach) and verdicts are what the scenario says. */
  readonly asExpected: boolean;
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

/** A guest as a scenario broke it. */
interface Broken {
  readonly guest: Guest;
  readonly scenario: Scenario;
  readonly state: GuestState;
  readonly exported: string;
  /** Grows as the life goes on. */
  readonly problems: string[];
}

/** break → symptom → dry run → real run → second run → reboot → rollback, on a guest that is reset first. */
export async function liveThrough(guest: Guest, scenario: Scenario): Promise<Life> {
  const begun = performance.now();
  const problems: string[] = [];
  await guest.reset();
  await breakGuest(guest, scenario);
  problems.push(...(await missingFromSymptom(guest, scenario)));
  const broken: Broken = {
    ...{ guest, scenario, problems },
    state: await guest.state(),
    exported: await exportStore(guest, scenario),
  };
  const recorder = await recordLife(guest, scenario, reachOf(guest, scenario));

  const dry = await runFlagship(guest, scenario, 'dry_run', recorder?.transportFor('dry_run'));
  const unchanged = await isAsBroken(broken, 'the dry run changed the guest', []);
  const planned = changesOf(dry.outcome, ['would_change']);

  const beside = await disturb(guest, scenario);
  const real = await runFlagship(guest, scenario, 'apply', recorder?.transportFor('apply'), beside.see);
  await beside.end();
  const made = changesOf(real.outcome, ['changed']);
  if (scenario.disturb !== undefined) problems.push(...waitProblems(real));
  const fixed = await holdsAfter(broken, 'after the run');

  const mended = await guest.state();
  const again = await runFlagship(guest, scenario, 'apply', recorder?.transportFor('again'));
  const twice = [...againProblems(real, again), ...diffState(mended, await guest.state())];
  problems.push(...twice.map((problem) => `the second run: ${problem}`));
  if (made.length === 0) await isAsBroken(broken, 'a run that made nothing changed the guest', ['markers']);
  if (problems.length === 0) {
    await recorder?.save({ dry_run: dry.outcome, apply: real.outcome, again: again.outcome });
  }

  const persistent = scenario.persists === undefined ? undefined : await survivesReboot(broken);
  const exactRollback = made.length === 0 ? undefined : await rollBack(broken, made);
  const agreed = agree(dry.outcome, real.outcome, planned, made);
  if (!agreed) problems.push('the dry run did not foretell what the real run came to');
  const seen = { planned: planned.map((change) => change.summary), notes: dry.outcome.notes };
  const wrong = unexpected(scenario, dry.outcome, real.outcome, seen);
  problems.push(...wrong);
  return {
    ...{ scenario: scenario.name, title: scenario.title, diagnosis: real.outcome.diagnosis, ...seen },
    ...{ dryRun: dry.outcome.verdict, reason: real.outcome.reason, verdict: real.outcome.verdict },
    ...{ unchanged, agreed, fixed, persistent, exactRollback, problems },
    asExpected: wrong.length === 0,
    idempotent: twice.length === 0,
    seconds: Math.round((performance.now() - begun) / 1000),
  };
}

/** Whether it is what it was before the first run; `leaveOut` names sections. */
async function isAsBroken(broken: Broken, otherwise: string, leaveOut: readonly string[]): Promise<boolean> {
  const { guest, scenario, problems } = broken;
  const differences = [...diffState(broken.state, await guest.state(), leaveOut)];
  const now = await exportStore(guest, scenario);
  if (now !== broken.exported) differences.push(`semanage export differs:\n${broken.exported}\n---\n${now}`);
  problems.push(...differences.map((line) => `${otherwise}: ${line}`));
  return differences.length === 0;
}

/** The store as semanage itself tells it: slow (seconds), and so only where the scenario asks for this cross-check. */
async function exportStore(guest: Guest, scenario: Scenario): Promise<string> {
  if (!scenario.export) return '';
  const answer = await guest.exec('semanage export');
  if (answer.rc !== 0) throw new Error(`semanage export ended with ${answer.rc}: ${answer.stderr}`);
  return answer.stdout;
}

/** The wait was told, and in the end every fix was carried out once. */
function waitProblems({ events }: FlagshipRun): readonly string[] {
  const done = events.filter((event) => event.type === 'fix.result' && event.outcome === 'done');
  return [
    ...(events.some((event) => event.type === 'fix.waiting') ? [] : ['the real run never said that it waits']),
    ...(done.length === 1 ? [] : [`the fix was done ${done.length} times`]),
  ];
}

function againProblems(real: FlagshipRun, again: FlagshipRun): readonly string[] {
  const wanted = real.outcome.verdict === 'fixed' ? 'healthy' : real.outcome.verdict;
  const { verdict, reason } = again.outcome;
  return [
    ...(again.events.some((event) => event.type === 'fix.intent') ? ['it changed something'] : []),
    ...(verdict === wanted ? [] : [`it ended ${verdict} (${reason ?? 'no reason'}), not ${wanted}`]),
  ];
}

/** The dry run foretold what the real run did: the same diagnosis and changes, and the verdict that goes with them. */
function agree(
  dry: HostOutcome,
  real: HostOutcome,
  planned: readonly PlannedChange[],
  made: readonly PlannedChange[],
): boolean {
  const what = (changes: readonly PlannedChange[]) => changes.map(({ summary, change }) => ({ summary, change }));
  const same = isDeepStrictEqual(what(planned), what(made)) && dry.diagnosis === real.diagnosis;
  return same && real.verdict === foretoldVerdict(dry);
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

function unexpected(
  { expect }: Scenario,
  dry: HostOutcome,
  real: HostOutcome,
  { planned, notes }: Pick<Life, 'planned' | 'notes'>,
): readonly string[] {
  const fits = (pattern: string, text: string | undefined): boolean => new RegExp(pattern).test(text ?? '');
  const missing = (expect.notes ?? []).filter((pattern) => !notes.some((note) => fits(pattern, note)));
  const surplus = (expect.no_notes ?? []).filter((pattern) => notes.some((note) => fits(pattern, note)));
  const remedy =
    planned.length === expect.changes.length && expect.changes.every((pattern, at) => fits(pattern, planned[at]));
  return [
    ...(fits(expect.diagnosis, real.diagnosis) ? [] : [`the diagnosis is ${real.diagnosis}`]),
    ...(remedy ? [] : [`the remedy is ${JSON.stringify(planned)}`]),
    ...missing.map((pattern) => `no note like ${pattern}; there are ${JSON.stringify(notes)}`),
    ...surplus.map((pattern) => `a note like ${pattern}; there are ${JSON.stringify(notes)}`),
    ...(dry.verdict === expect.dry_run ? [] : [`the dry run ended ${dry.verdict}: ${dry.reason ?? ''}`]),
    ...(real.verdict === expect.verdict ? [] : [`the real run ended ${real.verdict}: ${real.reason ?? ''}`]),
  ];
}

function changesOf(outcome: HostOutcome, results: readonly string[]): readonly PlannedChange[] {
  return outcome.steps.flatMap((step) =>
    step.items.flatMap((item) => (results.includes(item.result.outcome) ? item.changes : [])),
  );
}

async function holdsAfter({ guest, scenario, problems }: Broken, when: string): Promise<boolean | undefined> {
  if (scenario.after === undefined) return undefined;
  const wrong = [
    ...(await requestProblems(guest, scenario.after.request)),
    ...(await lookProblems(guest, scenario.after.shows ?? [])),
  ];
  problems.push(...wrong.map((problem) => `${when}: ${problem}`));
  return wrong.length === 0;
}

/** Reboots, looks, and goes back to before: what a reboot sets by itself would hide what the rollback has to restore. */
async function survivesReboot(broken: Broken): Promise<boolean | undefined> {
  const { guest } = broken;
  await guest.checkpoint();
  await guest.reboot();
  const held = await holdsAfter(broken, 'after a reboot');
  await guest.rewind();
  return held;
}

/** Takes back what the real run made: the guest must be as it was, also as a client sees it. */
async function rollBack(broken: Broken, made: readonly PlannedChange[]): Promise<boolean> {
  const { guest, scenario, problems } = broken;
  problems.push(...(await takeBack(guest, scenario, made)));
  // A real run leaves its markers on purpose, and may have nginx read its files again.
  const exact = await isAsBroken(broken, 'after the rollback', ['markers', 'processes']);
  const { request } = scenario.symptom;
  const back = request === undefined ? [] : await requestProblems(guest, request);
  problems.push(...back.map((problem) => `after the rollback: ${problem}`));
  return exact && back.length === 0;
}
