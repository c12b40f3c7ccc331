import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/model/clock.ts';
import type { Event } from '../../src/model/event.ts';
import type { ActionCall, Step } from '../../src/model/runbook.ts';
import { action, check, cond, fix, probe, runbook, step } from './build.ts';
import { type Desk, type DeskRun, openDesk } from './desk.ts';

let desk: Desk;
afterEach(() => desk.clear());

/** Time that passes only in sleeps; `at` is called with the seconds since the run began. */
function sleepyClock(at: (seconds: number) => void = () => undefined): Clock {
  let time = 0;
  return {
    now: () => Date.UTC(2026, 0, 1) + time,
    monotonic: () => time,
    sleep: async (ms) => {
      time += ms;
      at(time / 1000);
    },
  };
}
const unlock = (): void => rmSync(join(desk.folder, 'lock'), { force: true });
const freedAfter = (seconds: number) => sleepyClock((now) => (now >= seconds ? unlock() : undefined));

const folder = '${{ params.folder }}';
const note = (call: string, name: string): ActionCall => action(call, { folder, name, value: `${name};` });
const taken = action('note.taken', { folder });
const mend = (calls: readonly ActionCall[], more: Partial<Step> = {}) =>
  runbook([step('s', { timeoutMs: 120_000, remediation: fix(...calls), ...more })]);

const told = <T extends Event['type']>(run: DeskRun, type: T) =>
  run.events.filter((event): event is Extract<Event, { type: T }> => event.type === type);
/** Seconds since the run began. */
const at = (event: Event | undefined): number => (Date.parse(event?.at ?? '') - Date.UTC(2026, 0, 1)) / 1000;

describe('a fix that needs what another program holds', () => {
  it('waits, says who holds it, and is then made once, in one attempt', async () => {
    desk = openDesk({ lock: 'dnf' });
    const run = await desk.run(mend([note('note.watched', 'a')]), { clock: freedAfter(20) });
    expect(run.outcome.verdict).toBe('fixed');
    expect(desk.read()).toEqual({ a: 'a;' });
    const waits = told(run, 'fix.waiting');
    expect(waits.map(({ attempt, reason, waitedMs, nextMs }) => ({ attempt, reason, waitedMs, nextMs }))).toEqual([
      { attempt: 1, reason: 'dnf writes', waitedMs: 0, nextMs: 2000 },
      { attempt: 1, reason: 'dnf writes', waitedMs: 2000, nextMs: 4000 },
      { attempt: 1, reason: 'dnf writes', waitedMs: 6000, nextMs: 8000 },
      { attempt: 1, reason: 'dnf writes', waitedMs: 14_000, nextMs: 15_000 },
    ]);
    expect(told(run, 'fix.result').map(({ attempt, outcome }) => [attempt, outcome])).toEqual([[1, 'done']]);
    // It looked every two seconds: the fix began as soon as the lock was gone, not after the whole pause.
    expect(at(told(run, 'fix.intent')[0])).toBe(20);
  });

  it('tries again with longer and longer pauses where only the tool itself can tell', async () => {
    desk = openDesk({ lock: 'dnf' });
    const run = await desk.run(mend([note('note.locked', 'a')]), { clock: freedAfter(10) });
    expect(desk.read()).toEqual({ a: 'a;' });
    expect(told(run, 'fix.waiting').map(({ attempt, nextMs }) => [attempt, nextMs])).toEqual([
      [2, 2000],
      [3, 4000],
      [4, 8000],
    ]);
    expect(told(run, 'fix.result').map(({ attempt, outcome, reason }) => [attempt, outcome, reason])).toEqual([
      [1, 'not_started', 'somebody writes'],
      [2, 'not_started', 'somebody writes'],
      [3, 'not_started', 'somebody writes'],
      [4, 'done', undefined],
    ]);
  });

  it('does not repeat the calls that were made before the one that has to wait', async () => {
    desk = openDesk();
    const run = await desk.run(mend([note('note.locked', 'a'), taken, note('note.locked', 'b')]), {
      clock: freedAfter(3),
    });
    expect(run.outcome.verdict).toBe('fixed');
    expect(desk.read()).toEqual({ a: 'a;', b: 'b;' });
    expect(told(run, 'fix.intent').map(({ changes }) => changes.map(({ summary }) => summary))).toEqual([
      ['a: "" → "a;"', 'the lock is taken', 'b: "" → "b;"'],
      ['b: "" → "b;"'],
      ['b: "" → "b;"'],
    ]);
    expect(told(run, 'fix.result').map(({ outcome }) => outcome)).toEqual(['failed', 'not_started', 'done']);
  });

  it('gives up at its deadline, says what to do, and has changed nothing', async () => {
    desk = openDesk({ lock: 'dnf' });
    const run = await desk.run(mend([note('note.watched', 'a')]), { clock: sleepyClock() });
    const { outcome, reason } = run.step('s').result;
    expect(outcome).toBe('failed');
    expect(reason).toMatch(
      /^not started: dnf writes; waited 1m5\ds \(let that program finish, or end it, and run again;/,
    );
    expect(desk.read()).toEqual({ lock: 'dnf' });
    expect(told(run, 'fix.intent')).toEqual([]);
    expect(run.exitCode).toBe(2);
  });

  it('is taken back when only a part of it was made before its deadline', async () => {
    desk = openDesk();
    const calls = [note('note.value', 'a'), taken, note('note.locked', 'b')];
    const run = await desk.run(mend(calls), { clock: sleepyClock() });
    expect(run.outcome.verdict).toBe('rolled_back');
    expect(run.outcome.reason).toContain('only a part was done: somebody writes');
    expect(desk.read()).toEqual({ lock: 'dnf' });
  });

  it('is not begun any more after Ctrl-C: not started, exit 130', async () => {
    desk = openDesk({ lock: 'dnf' });
    const stopping = new AbortController();
    const clock = sleepyClock((now) => (now >= 5 ? stopping.abort() : undefined));
    const run = await desk.run(mend([note('note.watched', 'a')]), { clock, stopping: stopping.signal });
    expect(run.outcome.verdict).toBe('not_started');
    expect(run.step('s').result).toEqual({
      outcome: 'skipped',
      reason: 'not started: interrupted while it waited: dnf writes',
    });
    expect(run.exitCode).toBe(130);
    expect(desk.read()).toEqual({ lock: 'dnf' });
  });
});

describe('a rollback that needs what another program holds', () => {
  const never = check([probe('x', 'note.all', { folder })], cond('x.text == "never"'));

  it.each(['note.watched', 'note.locked'])(
    'waits far beyond its step’s own timeout, and says so (%s)',
    async (call) => {
      desk = openDesk();
      const book = mend([note(call, 'a'), taken], { timeoutMs: 10_000, verify: never });
      const run = await desk.run(book, { clock: freedAfter(100) });
      expect(run.outcome.verdict).toBe('rolled_back');
      expect(desk.read()).toEqual({});
      expect(told(run, 'fix.waiting').map(({ rollback }) => rollback)).toContain(true);
      expect(at(told(run, 'rollback.result')[0])).toBeGreaterThanOrEqual(100);
    },
  );

  it('that never gets its turn leaves the change, and says which', async () => {
    desk = openDesk();
    const run = await desk.run(mend([note('note.watched', 'a'), taken], { verify: never }), { clock: sleepyClock() });
    expect(run.outcome.verdict).toBe('rollback_failed');
    expect(run.step('s').result.rollbackFailed).toMatch(/^undo of a: "" → "a;": dnf writes; waited \d+m\d\ds \(let /);
    expect(run.exitCode).toBe(7);
  });
});

describe('a command that must not be ended halfway', () => {
  it('outlives its own time and its step’s deadline', async () => {
    desk = openDesk();
    const run = await desk.run(mend([note('note.commit', 'a')], { timeoutMs: 100, rollback: { kind: 'own' } }));
    expect(run.outcome.verdict).toBe('unknown');
    expect(run.outcome.reason).toContain('it goes on there, since a command in it must not be killed');
    await expect.poll(() => desk.read(), { timeout: 15_000 }).toEqual({ a: 'a;', 'a.begun': '' });
  });
});
