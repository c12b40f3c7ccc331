import { describe, expect, it } from 'vitest';
import { batchesOf, clockThatSleeps, runFleet, stale, touched, verdictsOf } from './run-fleet.ts';

describe('--retry-unreachable', () => {
  it('tries a host that did not answer again at the end, and mends it when it is back', async () => {
    const fleet = stale(3);
    const gone = new Set(['web2']);
    const sleeps: number[] = [];
    const clock = clockThatSleeps((ms) => {
      sleeps.push(ms);
      if (sleeps.length === 3) gone.clear();
    });
    const rolled = await runFleet(
      fleet,
      { retryUnreachableMs: 900_000, rollout: { maxFail: { hosts: 1 } }, clock },
      gone,
    );
    expect(sleeps).toEqual([5000, 10_000, 20_000]);
    expect(verdictsOf(rolled)).toEqual({ web1: 'fixed', web2: 'fixed', web3: 'fixed' });
    expect(rolled.exitCode).toBe(0);
    // Its kind is proved by then.
    expect(batchesOf(rolled.events)).toEqual([['web1'], ['web3'], ['web2']]);
    const told = rolled.events.flatMap((event) => (event.type === 'host.unreachable' ? [event.again] : []));
    expect(told).toEqual([undefined, true, true]);
  });

  it('gives up when the time is over', async () => {
    const fleet = stale(1);
    let last = 0;
    const clock = clockThatSleeps((_ms, time) => {
      last = time;
    });
    const rolled = await runFleet(fleet, { retryUnreachableMs: 60_000, clock }, new Set(['web1']));
    expect(last).toBe(60_000);
    expect(verdictsOf(rolled)).toEqual({ web1: 'unreachable' });
    expect(rolled.exitCode).toBe(4);
  });

  it('asks about the plan of a host that comes back as about any other', async () => {
    const fleet = stale(2);
    const gone = new Set(['web2']);
    const asked: string[] = [];
    await runFleet(
      fleet,
      {
        mode: 'ask',
        runbook: 'test/rollout/throttled.yaml',
        retryUnreachableMs: 60_000,
        clock: clockThatSleeps(() => gone.clear()),
        approvePlan: async (_plans, due) => {
          asked.push(due.join());
          return asked.length === 1;
        },
      },
      gone,
    );
    expect(asked).toEqual(['web1', 'web2']);
    expect(touched(fleet)).toEqual(['web1']);
  });
});

describe('throttle', () => {
  it('lets so many hosts into a step at a time, and all of them through', async () => {
    const fleet = stale(8);
    const rolled = await runFleet(fleet, { runbook: 'test/rollout/throttled.yaml' });
    expect(touched(fleet).length).toBe(8);
    expect(rolled.exitCode).toBe(0);
    const inside = new Set<string>();
    let most = 0;
    for (const event of rolled.events) {
      if (event.type === 'step.started' && event.step === 'stale_pid') inside.add(event.host);
      else if (event.type === 'step.finished' && event.step === 'stale_pid') inside.delete(event.host);
      most = Math.max(most, inside.size);
    }
    expect(most).toBe(2);
  });

  it('lets nobody in after Ctrl-C', async () => {
    const fleet = stale(6);
    const stop = new AbortController();
    const rolled = await runFleet(fleet, {
      runbook: 'test/rollout/throttled.yaml',
      stopping: stop.signal,
      sinks: [(event) => void (event.type === 'fix.intent' && stop.abort())],
    });
    expect(touched(fleet).length).toBeLessThanOrEqual(2);
    expect(rolled.exitCode).toBe(130);
  });
});
