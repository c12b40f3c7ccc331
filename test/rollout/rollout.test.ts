import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Event } from '../../src/model/event.ts';
import { fold } from '../../src/model/run-summary.ts';
import { printSummary } from '../../src/reporters/summary.ts';
import { appFleet, causes, fleetHost } from './fleet.ts';
import { batchesOf, reasonOf, runFleet, stale, touched, verdictsOf } from './run-fleet.ts';

describe('300 hosts in five diagnoses, one with a fix that does not help', () => {
  const fleet = appFleet(300);
  const good = fleet.filter(({ cause }) => cause !== 'bad config');
  const bad = fleet.filter(({ cause }) => cause === 'bad config');

  it('costs the bad fix exactly its canary, taken back; the other four diagnoses are mended', async () => {
    const rolled = await runFleet(fleet);
    expect(rolled.exitCode).toBe(2);
    expect(bad.map(({ ran }) => ran)).toEqual([['mend', 'restore'], ...Array(59).fill([])]);
    expect(good.every(({ ran }) => ran.join() === 'mend')).toBe(true);
    const counts = rolled.events.find((event) => event.type === 'run.finished');
    expect(counts).toMatchObject({ verdicts: { fixed: 240, rolled_back: 1, not_started: 59 }, changes: 240 });
    expect(reasonOf(rolled, bad[1]?.name ?? '')).toBe(
      'not touched: web005 was the first of its kind, and ended rolled back',
    );

    const batches = batchesOf(rolled.events);
    expect(batches.map((hosts) => hosts.length)).toEqual([1, 5, 60, 60, 60, 55]);
    // Each diagnosis is proved on one host, before it is made on many.
    const causeOf = new Map(fleet.map(({ name, cause }) => [name, cause]));
    const firsts = causes.map((cause) =>
      batches.findIndex((hosts) => hosts.some((host) => causeOf.get(host) === cause)),
    );
    expect(firsts).toEqual([0, 1, 1, 1, 1]);
    // Not all 300 are held open while they wait for their batch.
    expect(rolled.mostOpen).toBeLessThanOrEqual(20);

    for (const columns of [80, 120]) {
      const lines = printSummary(fold(rolled.events), { colour: false, columns, verbosity: 0 }).split('\n');
      expect(lines.length).toBeLessThanOrEqual(40);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
      // Whom nobody touched can be read there, with why.
      const text = lines.map((line) => line.trim()).join('');
      expect(text).toContain(`not started    web[${bad.slice(1).map(({ name }) => name.slice(3))}]`);
      expect(text).toContain('web005 was the first of its kind');
    }
  });
});

it('is shown to operators as it is', async () => {
  const { events } = await runFleet(appFleet(300));
  const summary = printSummary(fold(events), { colour: false, columns: 120, verbosity: 0 });
  const page = readFileSync('docs/rollout.md', 'utf8');
  // All but how long it took.
  expect(page).toContain(summary.slice(0, summary.lastIndexOf(';')));
});

describe('max_fail', () => {
  it('lets nobody begin, where a host that cannot be reached is one too many', async () => {
    const fleet = stale(4);
    const rolled = await runFleet(fleet, {}, new Set(['web3']));
    expect(touched(fleet)).toEqual([]);
    expect(rolled.exitCode).toBe(6);
    expect(reasonOf(rolled, 'web1')).toBe('1 host went wrong (web3 unreachable), and max_fail allows none');
  });

  it('goes on within what it allows, and counts over all batches', async () => {
    const fleet = stale(4);
    await runFleet(fleet, { rollout: { maxFail: { hosts: 1 } } }, new Set(['web3']));
    expect(touched(fleet)).toEqual(['web1', 'web2', 'web4']);
  });

  it('counts a canary that took itself back only where somebody said how many may fail', async () => {
    const mixed = () => [fleetHost('a', 'bad config'), fleetHost('b', 'stale pid')];
    const [byDefault, byWord] = [mixed(), mixed()];
    await runFleet(byDefault);
    expect(touched(byDefault)).toEqual(['a', 'b']);
    const rolled = await runFleet(byWord, { rollout: { maxFail: { hosts: 0 } } });
    expect(touched(byWord)).toEqual(['a']);
    expect(reasonOf(rolled, 'b')).toBe('1 host went wrong (a rolled back), and max_fail allows none');
  });

  it('without batches: all are one, and nobody else begins after so many bad ones', async () => {
    const fleet = ['a', 'b', 'c', 'd'].map((name) => fleetHost(name, 'bad config'));
    const rolled = await runFleet(fleet, {
      runbook: 'test/rollout/at-once.yaml',
      rollout: { maxFail: { hosts: 1 } },
      forks: 1,
    });
    expect(touched(fleet)).toEqual(['a', 'b']);
    expect(verdictsOf(rolled)).toMatchObject({ c: 'not_started', d: 'not_started' });
  });
});

describe('a rollout', () => {
  it('waits between two batches, and Ctrl-C in that wait leaves the rest untouched', async () => {
    const fleet = stale(3);
    const stop = new AbortController();
    const slept: number[] = [];
    const rolled = await runFleet(fleet, {
      rollout: { batches: [{ hosts: 1 }], pauseMs: 300_000 },
      stopping: stop.signal,
      clock: {
        now: () => 0,
        monotonic: () => 0,
        async sleep(ms) {
          slept.push(ms);
          if (slept.length === 2) stop.abort();
        },
      },
    });
    expect(slept).toEqual([300_000, 300_000]);
    expect(touched(fleet)).toEqual(['web1', 'web2']);
    expect(rolled.exitCode).toBe(130);
    expect(reasonOf(rolled, 'web3')).toBe('interrupted before its batch');
  });

  it('takes no first host for a bad one that Ctrl-C cut off', async () => {
    const fleet = stale(2);
    const stop = new AbortController();
    const events: Event[] = [];
    const rolled = await runFleet(fleet, {
      stopping: stop.signal,
      sinks: [
        (event) => {
          events.push(event);
          if (event.type === 'fix.result') stop.abort();
        },
      ],
    });
    expect(reasonOf(rolled, 'web2')).toBe('interrupted before its batch');
    expect(events.find((event) => event.type === 'batch.finished')).toMatchObject({ closed: [] });
  });

  it('asks about the plan once, before its first batch; a no touches nobody', async () => {
    const fleet = stale(3);
    const asked: (readonly string[])[] = [];
    const rolled = await runFleet(fleet, {
      mode: 'ask',
      approvePlan: async (_plans, due) => {
        asked.push(due);
        return false;
      },
    });
    expect(asked).toEqual([['web1', 'web2', 'web3']]);
    expect(touched(fleet)).toEqual([]);
    expect(batchesOf(rolled.events)).toEqual([]);
    expect(rolled.exitCode).toBe(5);
  });

  it('refuses a host whose state has changed since it was shown, and counts it', async () => {
    const fleet = stale(3);
    const other = fleetHost('web2', 'full spool');
    let looks = 0;
    const shifting = fleet.map((each) =>
      each.name !== 'web2'
        ? each
        : {
            ...each,
            // Its second diagnosis finds something else.
            host: {
              ...each.host,
              answer: (...asked: Parameters<typeof each.host.answer>) => {
                if (asked[0].name !== 'clock') looks += 1;
                return (looks > 1 ? other : each).host.answer(...asked);
              },
            },
          },
    );
    const rolled = await runFleet(shifting, { rollout: { batches: [{ hosts: 1 }] } });
    expect(verdictsOf(rolled)).toEqual({ web1: 'fixed', web2: 'refused', web3: 'not_started' });
    expect(touched(fleet)).toEqual(['web1']);
  });

  it('with --max-changed changes nobody where more would be changed', async () => {
    const fleet = stale(3);
    const rolled = await runFleet(fleet, { maxChanged: 2 });
    expect(touched(fleet)).toEqual([]);
    expect(rolled.exitCode).toBe(5);
    expect(reasonOf(rolled, 'web1')).toBe('3 hosts would be changed, and --max-changed allows 2');
    expect((await runFleet(fleet, { maxChanged: 3 })).exitCode).toBe(0);
    const dry = await runFleet(stale(3), { mode: 'dry_run', maxChanged: 2 });
    expect(dry.events.find((event) => event.type === 'warning')).toMatchObject({
      message: '3 hosts would be changed, and --max-changed allows 2: a run would change none of them',
    });
  });

  it('asks what a step confirms once for each batch, naming its hosts', async () => {
    const fleet = stale(5);
    const asked: string[] = [];
    await runFleet(fleet, {
      runbook: 'test/rollout/confirmed.yaml',
      rollout: { batches: [{ hosts: 2 }] },
      approve: async ({ text, host, hosts = [host] }) => {
        asked.push(`${hosts.join(' ')}: ${text}`);
        return asked.length < 3;
      },
    });
    expect(asked).toEqual([
      'web1: Is the night shift told?',
      'web2 web3: Is the night shift told?',
      'web4 web5: Is the night shift told?',
    ]);
    expect(touched(fleet)).toEqual(['web1', 'web2', 'web3']);
  });
});

describe('a fix that was left out by hand', () => {
  it.each(['dry_run', 'apply', 'ask'] as const)('leaves a host whose gate was open not fixed (%s)', async (mode) => {
    const fleet = [fleetHost('web1', 'bad config'), fleetHost('web2', 'well')];
    const rolled = await runFleet(fleet, { runbook: 'test/rollout/at-once.yaml', mode, skipTags: ['config'] });
    expect(verdictsOf(rolled)).toEqual({ web1: 'not_fixed', web2: 'healthy' });
    expect(reasonOf(rolled, 'web1')).toBe(
      'left out though its gate is open: bad_config (not chosen by tags, --start-at or --until)',
    );
    expect(rolled.exitCode).toBe(2);
    expect(touched(fleet)).toEqual([]);
  });

  it('is named where the symptom is there', async () => {
    const rolled = await runFleet(stale(1), { startAt: 'old_cert' });
    expect(reasonOf(rolled, 'web1')).toMatch(/^the symptom is there, and what applies was left out: stale_pid \(/);
  });
});
