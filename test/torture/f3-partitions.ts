import { setTimeout as sleep } from 'node:timers/promises';
import type { Net, Partition, Place } from './place.ts';
import type { Program } from './program.ts';
import { playRound, type Round } from './round.ts';
import { anyTrigger, struck } from './watch.ts';

/** Times of the world, and of its partitions, here: 10 s between questions whether a wire is alive are 2 s, a minute is 12 s. */
export const scale = 5;

/** F3: the wire is cut, in one direction or both, silently or by RST, at any time; and heals. */
export function partitionRound(program: Program, place: Place, net: Net, seed: number): Promise<Round> {
  return playRound({
    seed,
    program,
    place,
    longestMs: 900,
    mustEnd: true,
    async nemesis(life, watch, random, number) {
      if (number > 1 && random.chance(number > 3 ? 1 : 0.5)) return undefined;
      const trigger = anyTrigger(random, 6000, watch);
      const how = random.pick(['both', 'both', 'to_host', 'from_host', 'reset', 'sessions'] as const);
      const healMs = random.chance(0.1) ? undefined : Math.round((1000 / scale) * 60 ** random.next());
      if (!(await struck(trigger, life, watch))) return undefined;
      if (how === 'sessions') place.cutSessions();
      else await partition(net, how, healMs, life.end);
      return `${how} at ${JSON.stringify(trigger)}, healed after ${healMs ?? 'the end'} ms`;
    },
    async between() {
      net.heal();
    },
  });
}

async function partition(net: Net, how: Partition, healMs: number | undefined, end: Promise<unknown>): Promise<void> {
  net.partition(how);
  await (healMs === undefined ? end : Promise.race([sleep(healMs), end]));
  net.heal();
}
