import { describe, expect, it } from 'vitest';
import { batchesOf, clockThatSleeps, reasonOf, runFleet, stale, touched, verdictsOf } from './run-fleet.ts';

describe('--retry-unreachable', () => {
  it('tries a host that did not answer again before the batches begin, and mends it when it is back', async () => {
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
    expect(batchesOf(rolled.events)).toEqual([['web1'], ['web2', 'web3']]);
    const told = rolled.events.flatMap((event) => (event.type === 'host.unreachable' ? [event.again] : []));
    expect(told).toEqual([undefined, true, true]);
  });

  it('lets all begin once everybody has answered, where no host may be bad', async () => {
    const fleet = stale(5);
    const gone = new Set(['web5']);
    const rolled = await runFleet(
      fleet,
      { retryUnreachableMs: 25_000, clock: clockThatSleeps(() => gone.clear()) },
      gone,
    );
    expect(new Set(Object.values(verdictsOf(rolled)))).toEqual(new Set(['fixed']));
    expect(rolled.exitCode).toBe(0);
    const [wait] = rolled.events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
    expect(wait).toBe('web5 did not answer: tried again for 25s, or until all have answered');
  });

  it('counts against max_fail who is unreachable still', async () => {
    const fleet = stale(3);
    const clock = clockThatSleeps();
    const rolled = await runFleet(fleet, { retryUnreachableMs: 25_000, clock }, new Set(['web3']));
    expect(touched(fleet)).toEqual([]);
    expect(reasonOf(rolled, 'web1')).toContain('1 host went wrong (web3 unreachable)');
    expect(clock.monotonic()).toBe(25_000);
  });

  it('waits for nobody once nobody may begin any more', async () => {
    const clock = clockThatSleeps();
    const tooMany = await runFleet(stale(3), { retryUnreachableMs: 60_000, maxChanged: 1, clock }, new Set(['web3']));
    expect(verdictsOf(tooMany)).toEqual({ web1: 'refused', web2: 'refused', web3: 'unreachable' });
    const gone = new Set<string>();
    const lost = await runFleet(
      stale(3),
      {
        retryUnreachableMs: 60_000,
        clock,
        sinks: [(event) => void (event.type === 'batch.started' && gone.add('web1'))],
      },
      gone,
    );
    expect(verdictsOf(lost)).toEqual({ web1: 'unreachable', web2: 'not_started', web3: 'not_started' });
    expect(clock.monotonic()).toBe(0);
  });

  it('tries a host again at the end that was lost in its batch, where that may be', async () => {
    const fleet = stale(3);
    const gone = new Set<string>();
    const clock = clockThatSleeps(() => gone.clear());
    const begun: string[] = [];
    const take = (hosts: readonly string[]): void => {
      begun.push(hosts.join());
      if (begun.length === 2) gone.add('web2');
    };
    const rolled = await runFleet(
      fleet,
      {
        retryUnreachableMs: 60_000,
        rollout: { maxFail: { hosts: 1 } },
        clock,
        sinks: [(event) => void (event.type === 'batch.started' && take(event.hosts))],
      },
      gone,
    );
    expect(begun).toEqual(['web1', 'web2,web3', 'web2']);
    expect(new Set(Object.values(verdictsOf(rolled)))).toEqual(new Set(['fixed']));
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
