import { setTimeout as sleep } from 'node:timers/promises';
import type { Place } from './place.ts';
import type { Program } from './program.ts';
import { playRound, type Round } from './round.ts';
import { anyTrigger, struck } from './watch.ts';

/** The host's disk is full for a while, or for good; half of the time the wire breaks then, too. */
export function fullDiskRound(program: Program, place: Place, seed: number): Promise<Round> {
  return playRound({
    seed,
    program,
    place,
    longestMs: 900,
    mustEnd: false,
    async nemesis(life, watch, random, number) {
      if (number > 1 && random.chance(number > 3 ? 1 : 0.7)) return undefined;
      const trigger = anyTrigger(random, 4000, watch);
      const cut = random.chance(0.5);
      const freeMs = random.chance(0.3) ? undefined : random.int(100, 2000);
      if (!(await struck(trigger, life, watch))) return undefined;
      place.fillDisk();
      if (cut) place.cutSessions();
      await (freeMs === undefined ? life.end : Promise.race([sleep(freeMs), life.end]));
      place.freeDisk();
      return `disk full${cut ? ' and wire cut' : ''} at ${JSON.stringify(trigger)}, for ${freeMs ?? 'all'} ms`;
    },
    async between() {
      place.freeDisk();
    },
  });
}
