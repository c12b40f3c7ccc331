import type { Place } from './place.ts';
import type { Program } from './program.ts';
import type { Random } from './random.ts';
import { playRound, type Round } from './round.ts';
import { anyTrigger, struck, type Trigger, type Watch } from './watch.ts';

export interface Kills {
  /** Default: anywhere. `fixes`: only while a fix is under way. */
  readonly when?: 'fixes';
  readonly preload?: readonly string[];
}

/** F2: `kill -9` of mendgate, then `resume`, which may be killed too, until the run has ended. */
export function killRound(
  program: Program,
  place: Place,
  seed: number,
  { when, preload = [] }: Kills = {},
): Promise<Round> {
  return playRound({
    seed,
    program,
    place,
    preload,
    longestMs: 900,
    mustEnd: true,
    async nemesis(life, watch, random, number) {
      if (number > 1 && random.chance(number > 4 ? 1 : 0.6)) return undefined;
      const trigger = when === 'fixes' ? fixTrigger(random, watch) : anyTrigger(random, 6000, watch);
      if (!(await struck(trigger, life, watch))) return undefined;
      life.kill();
      return `kill -9 at ${JSON.stringify(trigger)}`;
    },
  });
}

/** A fix lasts 300 ms at least after it has shown that it began. */
function fixTrigger(random: Random, watch: Watch): Trigger {
  const seen = watch.effects();
  const begin = seen + (seen % 2) + 1 + 2 * random.int(0, 3);
  return { kind: 'effects', lines: begin, delayMs: random.int(0, 200) };
}
