import { describe, expect, it } from 'vitest';
import { cageMissing } from '../sshd/cage.ts';
import { killRound } from './f2-kills.ts';
import { firstSeed, keepFigures, shareOf } from './figures.ts';
import { localPlace } from './place.ts';
import type { Round } from './round.ts';
import { playRounds, programOfOwn, seedsOf, sum } from './rounds.ts';

const off = ['test/torture/without-markers.mjs'];

/** The suite's own eyesight: the same kills, with the markers and without them. */
describe.skipIf(cageMissing !== undefined)('F2: mendgate is killed while fixes run', () => {
  it.concurrent.each([
    ['with markers', [], 2700, 50],
    ['without them', off, 3000, 50],
    ['without them, more', off, 3200, 50],
  ] as const)('%s', async (name, preload, seeds, kills) => {
    const begun = performance.now();
    const rounds = await play(shareOf(kills), firstSeed() + seeds, preload);
    const again = sum(rounds, (round) => round.begunAgain);
    const violations = sum(rounds, (round) => round.violations.length);
    const blind = preload.length > 0;
    const held = blind ? again > shareOf(kills) / 2 : violations === 0;
    keepFigures({
      suite: 'F2',
      title: `kill -9 while a fix runs, ${blind ? 'the protection off' : 'the protection on'}${name.endsWith('more') ? ' (2)' : ''}`,
      counts: [
        ['runs', rounds.length],
        ['kills', sum(rounds, (round) => round.strikes.length)],
        ['fixes begun a second time', again],
      ],
      seeds: seedsOf(rounds),
      held,
      seconds: (performance.now() - begun) / 1000,
    });
    expect(held).toBe(true);
  });
});

async function play(kills: number, first: number, preload: readonly string[]): Promise<readonly Round[]> {
  const program = programOfOwn();
  const place = await localPlace();
  try {
    return await playRounds(
      kills,
      first,
      (seed) => killRound(program, place, seed, { when: 'fixes', preload }),
      preload.length > 0,
    );
  } finally {
    await place.stop();
  }
}
