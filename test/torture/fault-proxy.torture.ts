import { describe, expect, it } from 'vitest';
import { cageMissing } from '../sshd/cage.ts';
import { sshdMissing } from '../sshd/sshd.ts';
import { badWireRound, proxyPlace } from './fault-proxy.ts';
import { firstSeed, keepFigures, shareOf } from './figures.ts';
import { commonCounts, playRounds, programOfOwn, seedsOf, sum } from './rounds.ts';

describe.skipIf(cageMissing !== undefined || sshdMissing !== undefined)('F3: a bad wire', () => {
  it('does each fix once, whatever the wire does with what it carries', async () => {
    const program = programOfOwn();
    const { place, wire } = await proxyPlace();
    const begun = performance.now();
    try {
      const rounds = await playRounds(shareOf(30), firstSeed() + 9600, (seed) =>
        badWireRound(program, place, wire, seed),
      );
      const violations = sum(rounds, (round) => round.violations.length);
      const kinds = ['stalled', 'reset', 'end', 'flip'].map((kind) => {
        const strikes = rounds.flatMap((round) => round.strikes.filter((strike) => strike.startsWith(kind)));
        return `${strikes.length} ${kind}`;
      });
      keepFigures({
        suite: 'F3',
        title: 'a fault proxy: stalls, resets, polite ends, flipped bits',
        counts: [...commonCounts(rounds, 'strikes'), ['of them', kinds.join(', ')]],
        seeds: seedsOf(rounds),
        held: violations === 0,
        seconds: (performance.now() - begun) / 1000,
      });
      expect(violations).toBe(0);
    } finally {
      wire.close();
      await place.stop();
    }
  });
});
