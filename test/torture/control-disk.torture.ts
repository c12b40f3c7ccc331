import { describe, expect, it } from 'vitest';
import { cageMissing } from '../sshd/cage.ts';
import { sshdMissing } from '../sshd/sshd.ts';
import { controlDiskRound, makeControlDisk } from './control-disk.ts';
import { firstSeed, keepFigures, shareOf } from './figures.ts';
import { sshPlace } from './place.ts';
import { commonCounts, playRounds, programOfOwn, seedsOf, sum } from './rounds.ts';

describe.skipIf(cageMissing !== undefined || sshdMissing !== undefined)(
  'F1 (32): the disk with the journal is full',
  () => {
    it('nothing begins without its intent on the disk, and all is done once in the end', async () => {
      const program = programOfOwn();
      const place = await sshPlace();
      const disk = makeControlDisk();
      const begun = performance.now();
      try {
        const rounds = await playRounds(shareOf(30), firstSeed() + 9300, (seed) =>
          controlDiskRound(program, place, disk, seed),
        );
        const violations = sum(rounds, (round) => round.violations.length);
        const lost = sum(rounds, ({ lives }) => lives.filter(({ code }) => code === 74).length);
        keepFigures({
          suite: 'F1',
          title: "a full disk on this side: the journal's",
          counts: [...commonCounts(rounds, 'times full'), ['lives that ended for want of a journal (74)', lost]],
          seeds: seedsOf(rounds),
          held: violations === 0,
          seconds: (performance.now() - begun) / 1000,
        });
        expect(violations).toBe(0);
      } finally {
        disk.remove();
        await place.stop();
      }
    });
  },
);
