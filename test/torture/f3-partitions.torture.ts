import { describe, expect, it } from 'vitest';
import { cageMissing } from '../sshd/cage.ts';
import { sshdMissing } from '../sshd/sshd.ts';
import { partitionRound, scale } from './f3-partitions.ts';
import { firstSeed, keepFigures, shareOf } from './figures.ts';
import { makeNet, netMissing, sshPlace } from './place.ts';
import { commonCounts, playRounds, programOfOwn, seedsOf, sum } from './rounds.ts';

const missing = cageMissing ?? sshdMissing ?? netMissing;

/** Two halves beside each other, each with a network of its own: most of the time they wait. */
describe.skipIf(missing !== undefined)('F3: the network is cut, and heals', () => {
  it.concurrent.each([
    ['', 4000, 30],
    [' (2)', 4200, 30],
  ] as const)('does each fix once, and knows it in the end%s', async (half, seeds, cuts) => {
    const program = programOfOwn();
    const net = makeNet();
    const place = await sshPlace({ net, keepaliveSeconds: 10 / scale });
    const begun = performance.now();
    try {
      const rounds = await playRounds(shareOf(cuts), firstSeed() + seeds, (seed) =>
        partitionRound(program, place, net, seed),
      );
      const violations = sum(rounds, (round) => round.violations.length);
      const killed = sum(rounds, (round) => round.strikes.filter((strike) => strike.startsWith('sessions')).length);
      keepFigures({
        suite: 'F3',
        title: `partitions by nft, and sshd sessions killed; times scaled down by ${scale}${half}`,
        counts: [...commonCounts(rounds, 'cuts'), ['of the cuts were killed sessions', killed]],
        seeds: seedsOf(rounds),
        held: violations === 0,
        seconds: (performance.now() - begun) / 1000,
      });
      expect(violations).toBe(0);
    } finally {
      await place.stop();
      net.remove();
    }
  });
});
