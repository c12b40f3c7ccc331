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
  const afterReboot = scenario.symptom.after_reboot;
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
  });
}

/** For the table that global-setup.ts makes of all workers' lives. */
async function keep(life: Life): Promise<void> {
  const folder = process.env['LAB_LIVES'];
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${life.scenario}.json`), JSON.stringify(life, undefined, 2));
}
