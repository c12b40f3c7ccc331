import { setTimeout as sleep } from 'node:timers/promises';
import { faultProxy, type Proxy as Wire } from '../transports/fault-servers.ts';
import { type Place, sshPlace } from './place.ts';
import type { Program } from './program.ts';
import type { Random } from './random.ts';
import { playRound, type Round } from './round.ts';
import { anyTrigger, struck } from './watch.ts';

/** A wire that can be told to misbehave. */
export interface BadWire extends Pick<Wire, 'stall' | 'heal' | 'reset' | 'end' | 'close'> {
  /** Flips a bit in what comes next. */
  flip(direction: 'up' | 'down', random: Random): void;
}

/** A real sshd behind such a wire. */
export async function proxyPlace(): Promise<{ readonly place: Place; readonly wire: BadWire }> {
  let due: { readonly direction: 'up' | 'down'; readonly random: Random } | undefined;
  const wires: Wire[] = [];
  const place = await sshPlace({
    keepaliveSeconds: 2,
    async through(port) {
      const wire = await faultProxy(port, {
        alter(chunk, direction) {
          if (due?.direction !== direction || chunk.length === 0) return chunk;
          const { random } = due;
          due = undefined;
          const altered = Buffer.from(chunk);
          const at = random.int(0, chunk.length - 1);
          altered[at] = (altered[at] ?? 0) ^ (1 << random.int(0, 7));
          return altered;
        },
      });
      wires.push(wire);
      return wire.port;
    },
  });
  const [wire] = wires;
  if (wire === undefined) throw new Error('nobody stands in front of the host');
  return {
    place,
    wire: {
      ...wire,
      flip: (direction, random) => {
        due = { direction, random };
      },
    },
  };
}

/** The wire stalls and heals, is reset, ends politely in the middle of something, or carries a wrong bit. */
export function badWireRound(program: Program, place: Place, wire: BadWire, seed: number): Promise<Round> {
  return playRound({
    seed,
    program,
    place,
    longestMs: 500,
    mustEnd: true,
    async nemesis(life, watch, random, number) {
      if (number > 1 && random.chance(number > 3 ? 1 : 0.5)) return undefined;
      const trigger = anyTrigger(random, 4000, watch);
      const how = random.pick(['stall', 'reset', 'end', 'flip up', 'flip down'] as const);
      const healMs = Math.round(200 * 60 ** random.next());
      if (!(await struck(trigger, life, watch))) return undefined;
      if (how === 'stall') {
        wire.stall();
        await Promise.race([sleep(healMs), life.end]);
        wire.heal();
        return `stalled at ${JSON.stringify(trigger)} for ${healMs} ms`;
      }
      if (how === 'reset') wire.reset();
      else if (how === 'end') wire.end();
      else wire.flip(how === 'flip up' ? 'up' : 'down', random);
      return `${how} at ${JSON.stringify(trigger)}`;
    },
    async between() {
      wire.heal();
    },
  });
}
