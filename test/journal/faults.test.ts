import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { newRunId } from '../../src/engine/execute-plan.ts';
import { checkRecords } from '../../src/journal/check-records.ts';
import { openJournal } from '../../src/journal/open-journal.ts';
import { readHistory } from '../../src/journal/read-history.ts';
import type { Clock } from '../../src/model/clock.ts';
import type { Event, EventSink } from '../../src/model/event.ts';
import { JournalFailure } from '../../src/model/journal-failure.ts';
import type { Verdict } from '../../src/model/result.ts';
import { systemClock } from '../../src/transports/clock.ts';
import { action, check, cond, fix, probe, runbook, step } from '../engine/build.ts';
import { type Desk, openDesk } from '../engine/desk.ts';
import { clearStates, type Faults, type FaultyFile, faultyFile, newState, pathIn, read } from './rig.ts';

/*
 * F12 of the torture suite: what happens to a run whose journal fails. The run mends note `a`, then `b`, finds that `b` does not
 * help, and takes it back. These commits are its journal's, one write and one fdatasync each:
 */
const commits = [
  'run.started',
  'intent of a',
  'result of a',
  'intent of b',
  'result of b',
  'rollback of b',
  'its result',
  'host.finished',
  'run.finished',
] as const;

const write = (name: string) => action('note.value', { folder: '${{ params.folder }}', name, value: 'new' });
const never = check([probe('after', 'note.all', { folder: '${{ params.folder }}' })], cond('after.text == "never"'));
const book = runbook([
  step('one', { remediation: fix(write('a')) }),
  step('two', { remediation: fix(write('b')), verify: never }),
]);

/** Only a commit writes: what waits for company waits for ever. */
const slowClock: Clock = {
  ...systemClock,
  sleep: (ms, signal) =>
    ms === 1000
      ? new Promise((done) => signal?.addEventListener('abort', () => done()))
      : systemClock.sleep(ms, signal),
};

let desk: Desk;
afterEach(() => {
  desk.clear();
  clearStates();
});

interface Ran {
  readonly state: string;
  readonly runId: string;
  readonly disk: FaultyFile;
  /** Steps whose intent was promised to be on the disk. */
  readonly promised: readonly string[];
  /** `undefined`: the run never began. */
  readonly end:
    | { readonly exitCode: number; readonly verdict: Verdict; readonly unrecorded: readonly Event[] }
    | undefined;
}

/** The run with a disk that fails as told. Nothing begins whose intent is not on the disk. */
async function runWith(faults: Faults): Promise<Ran> {
  desk = openDesk({ a: 'old', b: 'old' });
  const state = newState();
  const disk = faultyFile(faults);
  // The host's markers know every run: each needs a name of its own.
  const runId = newRunId(Date.now());
  const journal = await openJournal({ state, run: runId, clock: slowClock, wrap: disk.wrap });
  const promised: string[] = [];
  const watched: EventSink = async (event) => {
    await journal.sink(event);
    if (event.type !== 'fix.intent') return;
    const safe = checkRecords(readFileSync(pathIn(state, runId)).subarray(0, disk.durable()));
    expect(safe.events.map(({ seq }) => seq)).toContain(event.seq);
    promised.push(event.step);
  };
  try {
    const ran = await desk.run(book, { runId, sinks: [watched] });
    await journal.close();
    const { exitCode, outcome } = ran;
    return {
      state,
      runId,
      disk,
      promised,
      end: { exitCode, verdict: outcome.verdict, unrecorded: ran.journal?.unrecorded ?? [] },
    };
  } catch (error) {
    if (!(error instanceof JournalFailure)) throw error;
    await journal.close();
    return { state, runId, disk, promised, end: undefined };
  }
}

/** What holds whatever failed: only what was promised was done, and what is on the disk can be read. */
function holds({ state, runId, promised, end }: Ran): void {
  const notes = desk.read();
  if (notes['a'] !== 'old') expect(promised).toContain('one');
  if (notes['b'] !== 'old') expect(promised).toContain('two');
  const { damage, events } = read(state, runId);
  expect(damage).toBeUndefined();
  if (events.length > 0) readHistory(events);
  // What was done and is not in the journal is told.
  if (end?.exitCode === 2) expect(events.at(-1)?.type).toBe('run.finished');
  const known = [...events, ...(end?.unrecorded ?? [])];
  if (notes['a'] !== 'old') expect(known).toContainEqual(expect.objectContaining({ type: 'fix.result', step: 'one' }));
}

interface Expected {
  readonly code: number | undefined;
  readonly verdict?: Verdict;
  readonly notes: { readonly a: string; readonly b: string };
}

const usual: Expected = { code: 2, verdict: 'rolled_back', notes: { a: 'new', b: 'old' } };

/** By the commit that fails, when the disk is lost for good with it. */
const lost: readonly Expected[] = [
  { code: undefined, notes: { a: 'old', b: 'old' } },
  { code: 74, verdict: 'not_started', notes: { a: 'old', b: 'old' } },
  { code: 74, verdict: 'not_fixed', notes: { a: 'new', b: 'old' } },
  { code: 74, verdict: 'not_fixed', notes: { a: 'new', b: 'old' } },
  { code: 7, verdict: 'rollback_failed', notes: { a: 'new', b: 'new' } },
  { code: 7, verdict: 'rollback_failed', notes: { a: 'new', b: 'new' } },
  { code: 74, verdict: 'rolled_back', notes: { a: 'new', b: 'old' } },
  { code: 74, verdict: 'rolled_back', notes: { a: 'new', b: 'old' } },
  { code: 74, verdict: 'rolled_back', notes: { a: 'new', b: 'old' } },
];

/** The same, when the disk is full, and the room that was kept is enough for the rest. */
const full: readonly Expected[] = lost.map((expected, commit) => (commit < 4 ? expected : usual));

const kinds: readonly [string, readonly Expected[], (n: number) => Faults][] = [
  ['fails (EIO)', lost, (n) => ({ write: (m) => (m === n ? 'EIO' : undefined) })],
  ['is not synced (EIO)', lost, (n) => ({ sync: (m) => (m === n ? 'EIO' : undefined) })],
  [
    'finds the disk full, also after the reserve was released',
    lost,
    (n) => ({ write: (m) => (m >= n ? 'ENOSPC' : undefined) }),
  ],
  ['finds the disk full', full, (n) => ({ write: (m) => (m === n ? 'ENOSPC' : undefined) })],
  [
    'takes a half, then finds the disk full',
    full,
    (n) => ({ write: (m, length) => (m === n ? length >> 1 : m === n + 1 ? 'ENOSPC' : undefined) }),
  ],
];

const cases = kinds.flatMap(([what, ends, faults]) =>
  commits.map((commit, index) => {
    const expected = ends[index] ?? usual;
    return { commit, what, faults: faults(index + 1), expected };
  }),
);

describe(`a journal that fails (${cases.length} cases)`, () => {
  it.each(cases)('$commit: the write $what', async ({ faults, expected }) => {
    const ran = await runWith(faults);
    holds(ran);
    expect({ code: ran.end?.exitCode, verdict: ran.end?.verdict, notes: desk.read() }).toEqual({
      code: expected.code,
      verdict: expected.verdict,
      notes: expected.notes,
    });
  });

  it('is written to no more than its commits, when nothing fails', async () => {
    const ran = await runWith({});
    expect(ran.disk.calls).toEqual({ writes: commits.length, syncs: commits.length });
    expect(ran.end).toMatchObject({ exitCode: 2, verdict: 'rolled_back', unrecorded: [] });
  });

  it('says in which place a fix was refused, so that the numbers have no gap', async () => {
    const { state, runId } = await runWith({ write: (n) => (n === 2 ? 'ENOSPC' : undefined) });
    const { events } = read(state, runId);
    expect(events.some((event) => event.type === 'fix.intent')).toBe(false);
    expect(events.find((event) => event.type === 'warning')).toMatchObject({
      host: 'desk',
      message: 'the disk is full: fix.intent of step one was refused, nothing of it was begun',
    });
    expect(events.at(-1)).toMatchObject({ type: 'run.finished', exitCode: 74 });
  });
});
