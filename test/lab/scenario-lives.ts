import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { breakGuest, missingFromSymptom, requestProblems } from './break-guest.ts';
import { type Guest, startGuest } from './guest.ts';
import { guestKinds, isKindName } from './kinds.ts';
import { type Life, liveThrough } from './life.ts';
import { loadScenarios, type Scenario } from './scenario.ts';

/**
 * Makes the tests of one half of the scenarios (two files, two workers, two guests at a time), on one guest per kind that goes back to its
 * snapshot before each.
 */
export async function testScenarios(half: 0 | 1): Promise<void> {
  const onlySmoke = process.env['LAB_SMOKE'] === '1';
  const scenarios = (await loadScenarios())
    .filter((scenario) => scenario.smoke || !onlySmoke)
    .filter((_, index) => index % 2 === half);
  for (const kind of Object.keys(guestKinds).filter(isKindName)) {
    const ofKind = scenarios.filter((scenario) => scenario.guest === kind);
    describe.skipIf(ofKind.length === 0)(kind, () => {
      let guest: Guest;
      beforeAll(async () => {
        guest = await startGuest({ kind });
      });
      afterAll(async () => {
        await guest?.stop();
      });
      for (const scenario of ofKind) testScenario(scenario, () => guest);
    });
  }
}

function testScenario(scenario: Scenario, guest: () => Guest): void {
  const { expect: wanted, symptom } = scenario;
  // PENDING in the scenario's file: what the flagship must say and do isn't stated as patterns yet.
  if ('pending' in wanted) {
    test.todo(`${scenario.name}: ${wanted.pending}`);
    return;
  }
  const afterReboot = symptom.after_reboot;
  if (afterReboot !== undefined) {
    test(`${scenario.name}: what the broken guest does after a reboot`, async () => {
      await guest().reset();
      await breakGuest(guest(), scenario);
      expect(await missingFromSymptom(guest(), scenario)).toEqual([]);
      await guest().reboot();
      expect(await requestProblems(guest(), afterReboot)).toEqual([]);
    });
  }
  test(`${scenario.name}: symptom, dry run, real run, second run, reboot, rollback`, async () => {
    const life = await liveThrough(guest(), scenario);
    await keep(life);
    expect(life.problems).toEqual([]);
    expect(life.diagnosis).toMatch(new RegExp(wanted.diagnosis));
    expect(life.planned).toHaveLength(wanted.changes.length);
    for (const [at, change] of wanted.changes.entries()) expect(life.planned[at]).toMatch(new RegExp(change));
    if (wanted.proof !== undefined) expect(life.notes.join('\n')).toMatch(new RegExp(wanted.proof));
    expect([life.dryRun, life.verdict]).toEqual([wanted.dry_run, wanted.verdict]);
    expect(life.agreed).toBe(true);
  });
}

/** For the table that `report-lives.ts` makes of all workers' lives. */
async function keep(life: Life): Promise<void> {
  const folder = process.env['LAB_LIVES'];
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${life.scenario}.json`), JSON.stringify(life, undefined, 2));
}
