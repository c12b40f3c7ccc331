import { describe, expect, it } from 'vitest';
import { cageMissing } from '../sshd/cage.ts';
import { firstSeed, keepFigures, shareOf } from './figures.ts';
import { localPlace } from './place.ts';
import { programOfOwn } from './rounds.ts';
import { type UndoRound, undoRound } from './undo-kills.ts';

describe.skipIf(cageMissing !== undefined)('F2: an undo is killed and begun again', () => {
  it('all that can be taken back is, and nothing else happens', async () => {
    const program = programOfOwn();
    const place = await localPlace();
    const begun = performance.now();
    const first = firstSeed() + 3500;
    const rounds: UndoRound[] = [];
    const kills = (): number => rounds.reduce((all, round) => all + round.kills, 0);
    try {
      for (let seed = first; kills() < shareOf(30) && seed < first + 200; seed += 1) {
        const round = await undoRound(program, place, seed);
        rounds.push(round);
        for (const violation of round.violations) process.stdout.write(`VIOLATION ${violation}\n`);
      }
    } finally {
      await place.stop();
    }
    const violations = rounds.flatMap((round) => round.violations);
    keepFigures({
      suite: 'F2',
      title: 'kill -9 of an undo, and undo again',
      counts: [
        ['undone runs', rounds.length],
        ['kills', kills()],
        ['left, or done besides', violations.length],
      ],
      seeds: `${first}–${rounds.at(-1)?.seed ?? first}`,
      held: violations.length === 0,
      seconds: (performance.now() - begun) / 1000,
    });
    expect(violations).toEqual([]);
    expect(kills()).toBeGreaterThanOrEqual(shareOf(30));
  });
});
