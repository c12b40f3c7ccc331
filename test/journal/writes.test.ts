import { afterEach, describe, expect, it } from 'vitest';
import { openJournal } from '../../src/journal/open-journal.ts';
import { JournalFailure } from '../../src/model/journal-failure.ts';
import { systemClock } from '../../src/transports/clock.ts';
import {
  clearStates,
  type Faults,
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
} from './rig.ts';

afterEach(clearStates);

const events = numbered([
  started,
  note('look'),
  intent('one'),
  result('one'),
  intent('two'),
  note('look again'),
  result('two'),
  finished,
]);

/** Gives the numbers of the events that were promised to be on the disk. */
async function promisedWith(state: string, faults: Faults) {
  const journal = await openJournal({ state, run: runId, clock: systemClock, wrap: faultyFile(faults).wrap });
  const promised: number[] = [];
  for (const event of events) {
    try {
      await journal.sink(event);
      if (event.type !== 'note') promised.push(event.seq);
    } catch (error) {
      expect(error).toBeInstanceOf(JournalFailure);
    }
  }
  return { promised, failure: await journal.close() };
}

const commits = [1, 2, 3, 4, 5, 6];

describe('a disk', () => {
  it.each(commits)('that takes a few bytes at a time from commit %d on gets all of them', async (n) => {
    const state = newState();
    const { promised, failure } = await promisedWith(state, { write: (m) => (m >= n ? 5 : undefined) });
    expect(failure).toBeUndefined();
    expect(promised).toEqual([1, 3, 4, 5, 7, 8]);
    expect(read(state)).toMatchObject({ events, tornBytes: 0 });
  });

  const failing: readonly [string, (n: number) => Faults][] = [
    ['fails', (n) => ({ write: (m) => (m === n ? 'EIO' : undefined) })],
    [
      'fails in the middle of a line',
      (n) => ({ write: (m, length) => (m === n ? length >> 1 : m > n ? 'EIO' : undefined) }),
    ],
    ['takes nothing, and says nothing,', (n) => ({ write: (m) => (m === n ? 0 : undefined) })],
    ['fails to sync', (n) => ({ sync: (m) => (m === n ? 'EIO' : undefined) })],
  ];
  const cases = failing.flatMap(([how, faults]) => commits.map((n) => [how, n, faults(n)] as const));
  it.each(cases)('that %s at commit %d is promised nothing of any more', async (_, n, faults) => {
    const state = newState();
    const { promised, failure } = await promisedWith(state, faults);
    expect(failure).toBeInstanceOf(JournalFailure);
    expect(promised).toEqual([1, 3, 4, 5, 7, 8].slice(0, n - 1));
    const kept = read(state);
    expect(kept.damage).toBeUndefined();
    expect(kept.events.map(({ seq }) => seq)).toEqual(expect.arrayContaining(promised));
  });

  it('that is full takes the end of what runs, and nothing that begins', async () => {
    const state = newState();
    const { promised, failure } = await promisedWith(state, { write: (m) => (m === 3 ? 'ENOSPC' : undefined) });
    expect(failure?.message).toMatch(
      /^the journal could not be written: ENOSPC: no space left on device \(.*journal\.jsonl\)$/,
    );
    expect(promised).toEqual([1, 3, 4, 7, 8]);
    expect(read(state).events.map(({ type }) => type)).toEqual([
      'run.started',
      'note',
      'fix.intent',
      'fix.result',
      'warning',
      'note',
      'fix.result',
      'run.finished',
    ]);
  });
});
