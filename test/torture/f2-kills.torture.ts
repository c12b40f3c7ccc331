import { describe, expect, it } from 'vitest';
import { cageMissing } from '../sshd/cage.ts';
import { sshdMissing } from '../sshd/sshd.ts';
import { killRound } from './f2-kills.ts';
import { firstSeed, keepFigures, shareOf } from './figures.ts';
import { localPlace, type Place, sshPlace } from './place.ts';
import { commonCounts, playRounds, programOfOwn, seedsOf, sum } from './rounds.ts';

describe.skipIf(cageMissing !== undefined || sshdMissing !== undefined)('F2: mendgate is killed and resumed', () => {
  it.concurrent.each([
    ['over SSH', sshPlace, 2000, 60],
    ['on this machine', localPlace, 2500, 40],
  ] as const)('%s: nothing is done twice, nothing is lost', async (where, place, seeds, kills) => {
    const { rounds, seconds } = await play(place, shareOf(kills), firstSeed() + seeds);
    const violations = sum(rounds, (round) => round.violations.length);
    const decided = Math.max(...rounds.map((round) => round.decidedMs));
    keepFigures({
      suite: 'F2',
      title: `kill -9 of mendgate, ${where}`,
      counts: [...commonCounts(rounds, 'kills'), ['ms at most until a resume knew how the fix stood', decided]],
      seeds: seedsOf(rounds),
      held: violations === 0,
      seconds,
    });
    expect(violations).toBe(0);
    expect(decided).toBeLessThan(10_000);
  });
});

async function play(make: () => Promise<Place>, kills: number, first: number) {
  const program = programOfOwn();
  const place = await make();
  const begun = performance.now();
  try {
    const rounds = await playRounds(kills, first, (seed) => killRound(program, place, seed));
    return { rounds, seconds: (performance.now() - begun) / 1000 };
  } finally {
    await place.stop();
  }
}
