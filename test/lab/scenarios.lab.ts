import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { breakGuest, missingFromSymptom, requestProblems } from './break-guest.ts';
import { type Guest, startGuest } from './guest.ts';
import { guestKinds, isKindName } from './kinds.ts';
import { type Life, liveThrough } from './life.ts';
import { resultsPage } from './results-page.ts';
import { loadScenarios } from './scenario.ts';

// Every scenario on a real guest: npm run test:lab. One guest per kind, back to its snapshot before each scenario.
const onlySmoke = process.env['LAB_SMOKE'] === '1';
const scenarios = (await loadScenarios()).filter((scenario) => scenario.smoke || !onlySmoke);

const lives: Life[] = [];
// The table is the record of a whole run; a part of it must not overwrite it.
afterAll(async () => {
  if (process.env['LAB_RESULTS'] === '1') await writeFile('docs/lab-results.md', resultsPage(lives));
});

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

    for (const scenario of ofKind) {
      describe(scenario.name, () => {
        test('shows its symptom', async () => {
          await guest.reset();
          await breakGuest(guest, scenario);
          expect(await missingFromSymptom(guest, scenario)).toEqual([]);
          if (scenario.symptom.after_reboot === undefined) return;
          await guest.reboot();
          expect(await requestProblems(guest, scenario.symptom.after_reboot)).toEqual([]);
        });

        const { expect: wanted } = scenario;
        // PENDING in the scenario's file: what the flagship must say and do isn't stated as patterns yet.
        if ('pending' in wanted) {
          test.todo(`whole life: ${wanted.pending}`);
          return;
        }
        test('lives through dry run, real run, second run, reboot and rollback', async () => {
          const life = await liveThrough(guest, scenario);
          lives.push(life);
          expect(life.problems).toEqual([]);
          expect(life.diagnosis).toMatch(new RegExp(wanted.diagnosis));
          expect(life.planned).toHaveLength(wanted.changes.length);
          for (const [at, change] of wanted.changes.entries()) expect(life.planned[at]).toMatch(new RegExp(change));
          expect([life.dryRun, life.verdict]).toEqual([wanted.dry_run, wanted.verdict]);
          expect(life.agreed).toBe(true);
        });
      });
    }
  });
}
