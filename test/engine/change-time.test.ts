import { describe, expect, it } from 'vitest';
import { openSession } from '../../src/engine/session.ts';
import type { Answer } from '../../src/model/command.ts';
import { HostFailure } from '../../src/model/host-failure.ts';
import type { Inspector } from '../../src/model/probe.ts';
import type { Label } from '../../src/model/transport.ts';
import { simulatedTransport } from '../../src/transports/simulated/simulated-transport.ts';
import { loopbackHost } from '../transports/hosts.ts';

const startedAt = 5_000_000;
const logs: Label = { kind: 'probe', name: 'logs', params: {} };
const since = async (host: Inspector): Promise<number> => host.since;

/** A session with a host whose clock stands at `hostAt` seconds when ours begins, and what it was asked for. */
async function session(hostAt: number, says = (now: number): string => `${Math.floor(now)}\n`) {
  let passed = 0;
  const asked: string[] = [];
  const clock = { now: () => passed, monotonic: () => passed, sleep: async () => undefined };
  const answer = ({ kind }: Label): Pick<Answer, 'rc' | 'stdout'> => {
    asked.push(kind);
    return { rc: 0, stdout: says(hostAt + passed / 1000) };
  };
  const hosts = new Map([['loopback', { answer, apply: () => ({ rc: 0 }) }]]);
  const { signal } = new AbortController();
  const opened = await openSession(loopbackHost(), simulatedTransport(hosts), startedAt, clock, signal);
  return {
    ...opened,
    asked,
    pass(ms: number) {
      passed += ms;
    },
    since: () => opened.read(logs, false, 1000, since),
  };
}

describe('the time of the last change', () => {
  it('is the start of the run where nothing was changed', async () => {
    const host = await session(700);
    expect(await host.since()).toBe(startedAt);
    expect(host.asked).toEqual([]);
  });

  it('is not asked for where nobody wants to know', async () => {
    const host = await session(700);
    host.markChange();
    expect(await host.read(logs, false, 1000, async () => 'seen')).toBe('seen');
    expect(host.asked).toEqual([]);
  });

  it('is the next whole second on the clock of the host, and asked for once', async () => {
    const host = await session(700.4);
    host.markChange();
    expect(await Promise.all([host.since(), host.since()])).toEqual([701_000, 701_000]);
    host.pass(9000);
    expect(await host.since()).toBe(701_000);
    expect(host.asked).toEqual(['clock']);
  });

  it.each([300, 1000, 1700, 60_000])(
    'is never too early, and hardly too late, when asked for %d ms later',
    async (ms) => {
      for (const hostAt of [700, 700.2, 700.9]) {
        const host = await session(hostAt);
        host.markChange();
        host.pass(ms);
        const time = await host.since();
        // No line of the second of the change counts: it may be older.
        expect(time).toBeGreaterThanOrEqual(701_000);
        expect(time).toBeLessThanOrEqual(702_000);
      }
    },
  );

  it('is that of the later of two changes', async () => {
    const host = await session(700);
    host.markChange();
    const earlier = host.since();
    host.pass(5000);
    host.markChange();
    expect(await host.since()).toBe(706_000);
    await earlier;
    expect(await host.since()).toBe(706_000);
  });

  it.each([
    ['has no date', () => 'date: not found\n'],
    [
      'gives no answer',
      () => {
        throw new HostFailure('timeout', 'no end');
      },
    ],
  ])('stays what it was where the host %s', async (_what, says) => {
    const host = await session(700, says);
    host.markChange();
    expect(await host.since()).toBe(startedAt);
  });
});
