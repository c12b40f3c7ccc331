import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Connection, FixOutcome } from '../../src/model/transport.ts';
import { defaultLimits } from '../../src/transports/lane-limits.ts';
import { limited } from '../../src/transports/limited.ts';
import { sshdMissing } from '../sshd/sshd.ts';
import { type Rig, read, startRig } from '../transports/fault-rig.ts';
import { faultProxy } from '../transports/fault-servers.ts';
import { someLabel } from '../transports/hosts.ts';
import { firstSeed, keepFigures, shareOf } from './figures.ts';
import { randomOf } from './random.ts';

/** Of each part of connecting, of the probe, of the fix. */
const times = { connect: 1500, probe: 3000, fix: 4000 } as const;

/** A silent wire is given up after so long: keep-alives every 10 s, and three of them unanswered. */
const silentMs = 40_000;

/**
 * What each call has, and 2 s (the fault model's promise). Its channel and its shell have the time of a part of connecting each,
 * and a channel that is refused, as by MaxSessions, is asked for again for a while; a fix that heard its shell and then nothing
 * more ends with the wire.
 */
const allowed = [
  ['connecting', 4 * times.connect + 2000],
  ['the probe', defaultLimits.sessionWaitMs + 2 * times.connect + times.probe + 2000],
  ['the fix', silentMs + times.fix + 2000],
  ['closing', 2000],
] as const;

/** What came of one connection with one bit flipped. */
interface Trial {
  /** In ms: of connecting, the probe, the fix, closing; those that came about. */
  readonly phases: readonly number[];
  readonly connected: boolean;
  readonly probe: 'right' | 'unread' | 'wrong';
  readonly fix: FixOutcome['kind'] | 'none';
}

/** The 30 abuses of the protocol are rows of test/transports/fault-table.test.ts. */
describe.skipIf(sshdMissing !== undefined)('F9: one bit of a connection is flipped', () => {
  it('no trial outlasts its deadlines, gives a wrong answer, or does a fix that it says was not done', async () => {
    const count = shareOf(1000);
    const seed = firstSeed() + 8000;
    const rig = await startRig();
    const begun = performance.now();
    const uncaught: unknown[] = [];
    const caught = (error: unknown): void => void uncaught.push(error);
    process.on('uncaughtExceptionMonitor', caught);
    try {
      const run = limited(4);
      const trials = await Promise.all(
        Array.from({ length: count }, (_, index) => run(() => flipOne(rig, seed + index, index))),
      );
      await sleep(2000);
      const wrong = trials.filter((trial, index) => lied(rig, trial, index));
      const late = trials.flatMap(({ phases }, index) =>
        phases.some((ms, phase) => ms > (allowed[phase]?.[1] ?? 0))
          ? [`seed ${seed + index}: ${phases.join(' + ')} ms`]
          : [],
      );
      for (const text of late) process.stdout.write(`VIOLATION ${text}\n`);
      const longest = (phase: number): number => Math.max(0, ...trials.flatMap(({ phases }) => phases[phase] ?? []));
      const held = wrong.length === 0 && uncaught.length === 0 && late.length === 0;
      const kinds = (kind: Trial['fix']): number => trials.filter(({ fix }) => fix === kind).length;
      keepFigures({
        suite: 'F9',
        title: 'one bit flipped in each connection',
        counts: [
          ['connections', count],
          ['could not be opened', trials.filter(({ connected }) => !connected).length],
          [
            'probes that said so and gave nothing',
            trials.filter(({ connected, probe }) => connected && probe === 'unread').length,
          ],
          ['wrong answers', trials.filter(({ probe }) => probe === 'wrong').length],
          ['fixes ended / not started / unknown', `${kinds('ended')} / ${kinds('not_started')} / ${kinds('unknown')}`],
          ['fixes that were not as they said', wrong.length],
          ['uncaught errors', uncaught.length],
          ['calls past their deadline', late.length],
          ...allowed.map(([what, ms], phase) => [`ms at most ${what} took, of ${ms}`, longest(phase)] as const),
        ],
        seeds: `${seed}–${seed + count - 1}`,
        held,
        seconds: (performance.now() - begun) / 1000,
      });
      expect({ wrong, uncaught, late }).toEqual({ wrong: [], uncaught: [], late: [] });
    } finally {
      process.off('uncaughtExceptionMonitor', caught);
      await rig.stop();
    }
  });
});

async function flipOne(rig: Rig, seed: number, index: number): Promise<Trial> {
  const random = randomOf(seed);
  const direction = random.pick(['up', 'down'] as const);
  // Most of what goes by lies before 6000 bytes: greeting, keys, login, one probe, one fix.
  const at = random.int(0, 6000);
  const bit = 1 << random.int(0, 7);
  const proxy = await faultProxy(rig.sshd.port, {
    alter(chunk, way, offset) {
      if (way !== direction || at < offset || at >= offset + chunk.length) return chunk;
      const altered = Buffer.from(chunk);
      altered[at - offset] = (altered[at - offset] ?? 0) ^ bit;
      return altered;
    },
  });
  const marks = [performance.now()];
  const mark = (): void => void marks.push(performance.now());
  const connection = await rig
    .connect(proxy.port, { connectTimeoutMs: times.connect })
    .catch((): undefined => undefined);
  mark();
  let probe: Trial['probe'] = 'unread';
  let fix: Trial['fix'] = 'none';
  if (connection !== undefined) {
    const got = await read(connection, 'echo 0123456789; exit 3', times.probe);
    if (!got.state.startsWith('unread')) {
      probe = got.state === 'failed(3)' && got.reason === '0123456789' ? 'right' : 'wrong';
    }
    mark();
    fix = (await append(rig, connection, index)).kind;
    mark();
    await connection.close();
    mark();
  }
  proxy.close();
  const phases = marks.slice(1).map((at, place) => Math.round(at - (marks[place] ?? 0)));
  return { phases, connected: connection !== undefined, probe, fix };
}

function append(rig: Rig, connection: Connection, index: number): Promise<FixOutcome> {
  return connection.fix({
    parts: [{ label: someLabel, commands: [{ script: `echo x >>${effectsOf(rig, index)}` }] }],
    become: false,
    timeoutMs: times.fix,
  });
}

function effectsOf(rig: Rig, index: number): string {
  return join(rig.dir, `flip-${index}`);
}

function lied(rig: Rig, { fix, probe }: Trial, index: number): boolean {
  const file = effectsOf(rig, index);
  const times = existsSync(file) ? readFileSync(file, 'utf8').length / 2 : 0;
  if (probe === 'wrong' || times > 1) return true;
  return (fix === 'ended' && times !== 1) || ((fix === 'not_started' || fix === 'none') && times !== 0);
}
