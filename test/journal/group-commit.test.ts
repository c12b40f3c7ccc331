import { afterEach, describe, expect, it } from 'vitest';
import { openJournal } from '../../src/journal/open-journal.ts';
import type { Clock } from '../../src/model/clock.ts';
import type { Event } from '../../src/model/event.ts';
import { systemClock } from '../../src/transports/clock.ts';
import {
  clearStates,
  faultyFile,
  finished,
  intent,
  newState,
  note,
  numbered,
  read,
  result,
  runId,
  started,
  write,
} from './rig.ts';

afterEach(clearStates);

const hosts = Array.from({ length: 200 }, (_, index) => `host${index}`);

/** A clock whose sleeps end when the test says so. */
function handClock(): Clock & { wake(): void } {
  const sleepers: (() => void)[] = [];
  return {
    ...systemClock,
    sleep: (_ms, signal) =>
      new Promise((resolve) => {
        sleepers.push(resolve);
        signal?.addEventListener('abort', () => resolve());
      }),
    wake() {
      for (const sleeper of sleepers.splice(0)) sleeper();
    },
  };
}

describe('many hosts at once', () => {
  it('share few commits, and stand in order', async () => {
    const state = newState();
    const disk = faultyFile({ slow: () => systemClock.sleep(5) });
    const events = numbered([started, ...hosts.flatMap((host) => [note('look', host), intent(host)]), finished]);
    const journal = await openJournal({ state, run: runId, clock: systemClock, wrap: disk.wrap });
    await Promise.all(events.map((event) => journal.sink(event)));
    expect(disk.calls.syncs).toBeLessThan(5);
    expect(await journal.close()).toBeUndefined();
    expect(read(state).events).toEqual(events);
  });

  it('each go on only when what they began is on the disk', async () => {
    const state = newState();
    const disk = faultyFile({ slow: () => systemClock.sleep(1) });
    const journal = await openJournal({ state, run: runId, clock: systemClock, wrap: disk.wrap });
    const events = numbered([started, ...hosts.flatMap((host) => [intent(host), result(host)])]);
    const late: Event[] = [];
    await Promise.all(
      events.map(async (event) => {
        await journal.sink(event);
        const onDisk = read(state);
        const safe =
          disk.durable() >= onDisk.wholeBytes || onDisk.events.slice(0, -1).some(({ seq }) => seq >= event.seq);
        if (!onDisk.events.some(({ seq }) => seq === event.seq) || !safe) late.push(event);
      }),
    );
    await journal.close();
    expect(late).toEqual([]);
  });
});

describe('a host that goes on', () => {
  it.each(Array.from({ length: 16 }, (_, hops) => hops))(
    '%d turns after a commit is not left waiting',
    async (hops) => {
      const state = newState();
      const journal = await openJournal({ state, run: runId, clock: handClock() });
      const events = numbered([started, ...hosts.slice(0, 10).map((host) => intent(host))]);
      for (const event of events) {
        await journal.sink(event);
        for (let turn = 0; turn < hops; turn += 1) await Promise.resolve();
      }
      await journal.close();
      expect(read(state).events).toEqual(events);
    },
  );
});

describe('what need not be durable', () => {
  it('waits for company, a second at most', async () => {
    const state = newState();
    const clock = handClock();
    const journal = await openJournal({ state, run: runId, clock });
    const [first, second, third] = numbered([started, note('a'), note('b')]);
    if (first !== undefined) await journal.sink(first);
    for (const event of [second, third]) if (event !== undefined) expect(journal.sink(event)).toBeUndefined();
    expect(read(state).events).toHaveLength(1);
    clock.wake();
    await expect.poll(() => read(state).events.length).toBe(3);
    await journal.close();
  });

  it('is written before the journal is closed', async () => {
    const state = newState();
    await write(state, numbered([started, note('a')]), { clock: handClock() });
    expect(read(state).events).toHaveLength(2);
  });

  it('is everything in a dry run: one fdatasync, at its end', async () => {
    const state = newState();
    const disk = faultyFile({});
    await write(state, numbered([started, note('a'), intent('one'), finished]), { dryRun: true, wrap: disk.wrap });
    expect(disk.calls.syncs).toBe(1);
    expect(read(state).events).toHaveLength(4);
  });
});
