import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { limited } from '../../src/transports/limited.ts';
import { cageMissing } from '../sshd/cage.ts';
import { sshdMissing } from '../sshd/sshd.ts';
import { killRound } from './f2-kills.ts';
import { partitionRound } from './f3-partitions.ts';
import { crashRound } from './f4-crashes.ts';
import { fullDiskRound } from './full-disk.ts';
import { localPlace, makeNet, netMissing, type Place, sshPlace } from './place.ts';
import type { Program } from './program.ts';
import { playRound, type Round, tell } from './round.ts';
import { programOfOwn } from './rounds.ts';
import { struck } from './watch.ts';

/** A few rounds of `npm run test:torture`, always the same ones. */
const missing = cageMissing ?? sshdMissing ?? (existsSync('dist/cli/main.js') ? undefined : 'there is no dist/');

/** Runs wait most of the time. */
const inTurn = limited(2);

describe.skipIf(missing !== undefined)(`torture${missing === undefined ? '' : ` (${missing})`}`, () => {
  let program: Program;
  beforeAll(() => {
    program = programOfOwn();
  });

  const rounds = (
    make: () => Promise<Place>,
    seeds: readonly number[],
    play: (place: Place, seed: number) => Promise<Round>,
  ): Promise<readonly Round[]> =>
    inTurn(async () => {
      const place = await make();
      try {
        const played: Round[] = [];
        for (const seed of seeds) played.push(await play(place, seed));
        return played;
      } finally {
        await place.stop();
      }
    });
  const expectHeld = (all: readonly Round[]): void => {
    for (const round of all) expect(round.violations, tell(round)).toEqual([]);
    expect(all.some(({ strikes }) => strikes.length > 0)).toBe(true);
  };

  it.concurrent('mendgate is killed on this machine and resumed: nothing twice, nothing lost', async () => {
    expectHeld(await rounds(localPlace, [4, 7], (place, seed) => killRound(program, place, seed)));
  });

  it.concurrent('mendgate is killed over SSH and resumed: nothing twice, nothing lost', async () => {
    expectHeld(await rounds(sshPlace, [2, 5], (place, seed) => killRound(program, place, seed)));
  });

  it.concurrent('the host crashes: nothing counts as done that is not proved', async () => {
    expectHeld(await rounds(sshPlace, [3, 5], (place, seed) => crashRound(program, place, seed)));
  });

  it.concurrent('the disk of the host is full: nothing begins without its marker', async () => {
    const make = (): Promise<Place> => sshPlace({ disk: 'size=8m' });
    expectHeld(await rounds(make, [4], (place, seed) => fullDiskRound(program, place, seed)));
  });

  it.skipIf(netMissing !== undefined).concurrent('the network is cut, and heals: each fix is done once', async () => {
    const net = makeNet();
    try {
      const make = (): Promise<Place> => sshPlace({ net, keepaliveSeconds: 2 });
      expectHeld(await rounds(make, [4], (place, seed) => partitionRound(program, place, net, seed)));
    } finally {
      net.remove();
    }
  });

  it.concurrent('what is done twice is seen, where hosts keep no markers', async () => {
    const [round] = await rounds(localPlace, [4], (place, seed) =>
      playRound({
        seed,
        program,
        place,
        preload: ['test/torture/without-markers.mjs'],
        longestMs: 900,
        mustEnd: true,
        async nemesis(life, watch, _random, number) {
          if (number > 1 || !(await struck({ kind: 'effects', lines: 1, delayMs: 0 }, life, watch))) return undefined;
          life.kill();
          return 'kill -9 in the middle of the first fix';
        },
      }),
    );
    expect(round?.doubled).toBe(1);
  });
});
