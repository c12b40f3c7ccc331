import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Place } from './place.ts';
import type { Program } from './program.ts';
import { playRound, type Round } from './round.ts';
import { anyTrigger, struck } from './watch.ts';

/** A disk for this side's journals that can be full. */
export interface ControlDisk {
  readonly folder: string;
  fill(): void;
  free(): void;
  remove(): void;
}

/** A tmpfs: room for the journals of one run, and for what it keeps back for a full disk. */
export function makeControlDisk(): ControlDisk {
  const folder = mkdtempSync(join(tmpdir(), 'mendgate-control-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=0700', 'tmpfs', folder]);
  const remove = (): void => {
    execFileSync('umount', ['-l', folder]);
    rmdirSync(folder);
    process.off('exit', remove);
  };
  process.once('exit', remove);
  const filling = join(folder, 'filling');
  return {
    folder,
    fill() {
      // The last bytes, too: a line is to be cut anywhere.
      for (const size of [4096, 64, 1]) {
        try {
          for (;;) appendFileSync(filling, Buffer.alloc(size));
        } catch {
          // Now it is full.
        }
      }
    },
    free: () => rmSync(filling, { force: true }),
    remove,
  };
}

/** The disk with the journal is full for a while, or for good; now and then mendgate is killed then, too. */
export function controlDiskRound(program: Program, place: Place, disk: ControlDisk, seed: number): Promise<Round> {
  return playRound({
    seed,
    program,
    place,
    stateIn: disk.folder,
    longestMs: 500,
    mustEnd: true,
    async nemesis(life, watch, random, number) {
      if (number > 1 && random.chance(number > 3 ? 1 : 0.6)) return undefined;
      const trigger = anyTrigger(random, 3000, watch);
      const killed = random.chance(0.2);
      const freeMs = random.chance(0.5) ? undefined : random.int(50, 1500);
      if (!(await struck(trigger, life, watch))) return undefined;
      disk.fill();
      await (freeMs === undefined ? life.end : Promise.race([sleep(freeMs), life.end]));
      if (killed) life.kill();
      disk.free();
      return `journal's disk full${killed ? ', and killed' : ''} at ${JSON.stringify(trigger)}, for ${freeMs ?? 'all'} ms`;
    },
    async between() {
      disk.free();
    },
  });
}
