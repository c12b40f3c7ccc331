import { describe, expect, it } from 'vitest';
import { cageMissing } from '../sshd/cage.ts';
import { sshdMissing } from '../sshd/sshd.ts';
import { firstSeed, keepFigures, shareOf } from './figures.ts';
import { fullDiskRound } from './full-disk.ts';
import { sshPlace } from './place.ts';
import { commonCounts, playRounds, programOfOwn, seedsOf, sum } from './rounds.ts';

describe.skipIf(cageMissing !== undefined || sshdMissing !== undefined)('F1 (31): the disk of the host is full', () => {
  it('nothing begins without its marker, and nothing is done twice', async () => {
    const program = programOfOwn();
    const place = await sshPlace({ disk: 'size=8m' });
    const begun = performance.now();
    try {
      const rounds = await playRounds(shareOf(30), firstSeed() + 9000, (seed) => fullDiskRound(program, place, seed));
      const violations = sum(rounds, (round) => round.violations.length);
      keepFigures({
        suite: 'F1',
        title: 'a full disk on the host, with and without a broken wire',
        counts: commonCounts(rounds, 'times full'),
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
