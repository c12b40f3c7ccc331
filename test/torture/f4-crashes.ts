import type { Place } from './place.ts';
import type { Program } from './program.ts';
import { playRound, type Round } from './round.ts';
import { anyTrigger, struck } from './watch.ts';

/** F4: the host crashes and boots again: all that runs there dies at once. Half of the time mendgate dies with it. */
export function crashRound(program: Program, place: Place, seed: number): Promise<Round> {
  return playRound({
    seed,
    program,
    place,
    longestMs: 900,
    mustEnd: false,
    async nemesis(life, watch, random, number) {
      if (number > 1 && random.chance(number > 3 ? 1 : 0.7)) return undefined;
      const trigger = anyTrigger(random, 6000, watch);
      const both = random.chance(0.5);
      if (!(await struck(trigger, life, watch))) return undefined;
      place.reboot();
      if (both) life.kill();
      return `crash${both ? ' of both' : ''} at ${JSON.stringify(trigger)}`;
    },
  });
}
