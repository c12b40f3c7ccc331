import { describe, expect, it } from 'vitest';
import { cageMissing } from '../sshd/cage.ts';
import { sshdMissing } from '../sshd/sshd.ts';
import { crashRound } from './f4-crashes.ts';
import { firstSeed, keepFigures, shareOf } from './figures.ts';
import { localPlace, sshPlace } from './place.ts';
import { commonCounts, playRounds, programOfOwn, seedsOf, sum } from './rounds.ts';

describe.skipIf(cageMissing !== undefined || sshdMissing !== undefined)('F4: the host crashes, and boots again', () => {
  it.concurrent.each([
    ['over SSH', sshPlace, 5000, 28],
    ['on this machine', localPlace, 5500, 12],
  ] as const)('%s: nothing counts as done that is not proved, and nothing is done twice', async (...given) => {
    const [where, make, seeds, crashes] = given;
    const program = programOfOwn();
    const place = await make();
    const begun = performance.now();
    try {
      const rounds = await playRounds(shareOf(crashes), firstSeed() + seeds, (seed) =>
        crashRound(program, place, seed),
      );
      const violations = sum(rounds, (round) => round.violations.length);
      keepFigures({
        suite: 'F4',
        title: `crashes of the host, ${where}`,
        counts: commonCounts(rounds, 'crashes'),
        seeds: seedsOf(rounds),
        held: violations === 0,
        seconds: (performance.now() - begun) / 1000,
      });
      expect(violations).toBe(0);
    } finally {
      await place.stop();
    }
  });
});
