import { rmSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/model/clock.ts';
import type { Event } from '../../src/model/event.ts';
import { HostFailure } from '../../src/model/host-failure.ts';
import type { ActionCall, Step } from '../../src/model/runbook.ts';
import type { Transport } from '../../src/model/transport.ts';
import { action, alternative, check, cond, fix, probe, runbook, step } from './build.ts';
import { type Desk, type DeskRun, openDesk } from './desk.ts';
import { watchedWire } from './watched-wire.ts';

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
      /^not started: dnf writes; waited 2m00s \(let that program finish, or end it, and run again;/,
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

  it('has all of its time to run, however late its turn comes', async () => {
    desk = openDesk({ lock: 'dnf' });
    const wire = watchedWire();
    const clock = freedAfter(118);
    const run = await desk.run(mend([note('note.watched', 'a')]), { clock, transportFor: () => wire });
    expect(run.outcome.verdict).toBe('fixed');
    expect(wire.fixes.map(({ timeoutMs }) => timeoutMs)).toEqual([120_000]);
  });

  it('waits anew for what is left when a part of it was made', async () => {
    desk = openDesk({ lock: 'dnf' });
    const clock = sleepyClock((now) => (now >= 200 || (now >= 100 && now < 102) ? unlock() : undefined));
    const run = await desk.run(mend([note('note.watched', 'a'), taken, note('note.locked', 'b')]), { clock });
    expect(run.outcome.verdict).toBe('fixed');
    expect(desk.read()).toEqual({ a: 'a;', b: 'b;' });
  });

  it('gives way to no wider alternative when it never got its turn', async () => {
    desk = openDesk({ lock: 'dnf' });
    const alternatives = [
      alternative('narrow', [note('note.watched', 'a')]),
      alternative('wide', [note('note.value', 'b')]),
    ];
    const book = runbook([step('s', { timeoutMs: 60_000, remediation: { kind: 'alternatives', alternatives } })]);
    const run = await desk.run(book, { clock: sleepyClock() });
    expect(run.step('s').result).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('not started: dnf writes; waited 1m00s'),
    });
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

describe('a fix in two scripts, for two users', () => {
  // The same user, by a name of its own: a script of its own, without sudo.
  const calls = [note('note.value', 'a'), { ...note('note.value', 'b'), become: userInfo().username }];

  it('gives the second all of its time, whatever the first took', async () => {
    desk = openDesk();
    let late = 0;
    const clock: Clock = { ...sleepyClock(), monotonic: () => late };
    const wire = watchedWire({
      fix(_number, go) {
        late += 119_500;
        return go();
      },
    });
    const run = await desk.run(mend(calls), { clock, transportFor: () => wire });
    expect(run.outcome.verdict).toBe('fixed');
    expect(wire.fixes.map(({ timeoutMs }) => timeoutMs)).toEqual([120_000, 120_000]);
  });

  it('goes on with the second when the wire broke between them', async () => {
    desk = openDesk();
    const wire = watchedWire({
      fix: async (number, go) =>
        number === 2 ? { kind: 'not_started', failure: new HostFailure('lost', 'the wire broke') } : go(),
    });
    const run = await desk.run(mend(calls), { clock: sleepyClock(), transportFor: () => wire });
    expect(run.outcome.verdict).toBe('fixed');
    expect(desk.read()).toEqual({ a: 'a;', b: 'b;' });
    expect(told(run, 'fix.intent').map(({ changes }) => changes.length)).toEqual([2, 1]);
  });
});

describe('a fix of which only the first script is known to be done', () => {
  it('lists that change as standing', async () => {
    desk = openDesk();
    const wire = watchedWire({
      fix: async (number, go) =>
        number === 2 ? { kind: 'unknown', failure: new HostFailure('shell', 'gone'), answers: [], asked: true } : go(),
    });
    const calls = [note('note.value', 'a'), { ...note('note.value', 'b'), become: userInfo().username }];
    const run = await desk.run(mend(calls), { clock: sleepyClock(), transportFor: () => wire });
    expect(run.outcome).toMatchObject({ verdict: 'unknown', standing: ['a: "" → "a;"'] });
  });
});

describe('a fix whose wire breaks before it begins', () => {
  const lost = new HostFailure('lost', 'the wire broke');
  const never = () => watchedWire({ fix: async () => ({ kind: 'not_started', failure: lost }) });

  it('gives up after its patience, and speaks of no other program', async () => {
    desk = openDesk();
    const run = await desk.run(mend([note('note.value', 'a')]), { clock: sleepyClock(), transportFor: never });
    expect(run.step('s').result).toEqual({
      outcome: 'failed',
      reason: 'not started: the wire broke; tried again for 2m00s',
    });
    expect(told(run, 'fix.result').every(({ outcome }) => outcome === 'not_started')).toBe(true);
  });

  it('is no failed step when the host cannot be reached again: a resume begins it there', async () => {
    desk = openDesk();
    const wire = watchedWire({ fix: async () => ({ kind: 'not_started', failure: lost }) });
    let opened = 0;
    const gone: Transport = {
      ...wire,
      open(host, options) {
        opened += 1;
        return opened > 1 ? Promise.reject(new HostFailure('tcp', 'no answer')) : wire.open(host, options);
      },
    };
    const book = mend([note('note.value', 'a')]);
    const run = await desk.run(book, { clock: sleepyClock(), transportFor: () => gone });
    expect(run.outcome).toMatchObject({ verdict: 'unreachable', reason: 'no answer' });
    expect(told(run, 'fix.result').map(({ outcome }) => outcome)).toEqual(['not_started']);
    expect(told(run, 'step.finished').filter(({ result }) => result.outcome === 'failed')).toEqual([]);
  });

  it('leaves nothing unknown when the host is lost later', async () => {
    desk = openDesk();
    let refused = false;
    const wire = watchedWire({
      async fix() {
        refused = true;
        return { kind: 'not_started', failure: new HostFailure('host_storage', 'no room') };
      },
      run: () => (refused ? lost : undefined),
    });
    const book = runbook([
      step('s', { onFailure: 'continue', remediation: fix(note('note.value', 'a')) }),
      step('t', { remediation: fix(note('note.value', 'b')) }),
    ]);
    const run = await desk.run(book, { clock: sleepyClock(), transportFor: () => wire });
    expect(run.outcome.verdict).toBe('unreachable');
  });

  it('survives a look for its turn over the dead wire', async () => {
    desk = openDesk();
    let fixing = false;
    const wire = watchedWire({
      fix: (number, go) => (number === 1 ? Promise.resolve({ kind: 'not_started', failure: lost }) : go()),
      run({ label }, number) {
        fixing ||= label.kind === 'busy';
        return fixing && number === 1 ? lost : undefined;
      },
    });
    const run = await desk.run(mend([note('note.watched', 'a')]), { clock: sleepyClock(), transportFor: () => wire });
    expect(run.outcome.verdict).toBe('fixed');
    expect(desk.read()).toEqual({ a: 'a;' });
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

  it('has as much time to run as it may wait, however short its step’s timeout is', async () => {
    desk = openDesk();
    const wire = watchedWire();
    const book = mend([note('note.value', 'a')], { timeoutMs: 10_000, verify: never });
    const run = await desk.run(book, { clock: sleepyClock(), transportFor: () => wire });
    expect(run.outcome.verdict).toBe('rolled_back');
    expect(wire.fixes.map(({ timeoutMs }) => timeoutMs)).toEqual([10_000, 300_000]);
  });

  it('that never gets its turn leaves the change, and says which', async () => {
    desk = openDesk();
    const run = await desk.run(mend([note('note.watched', 'a'), taken], { verify: never }), { clock: sleepyClock() });
    expect(run.outcome.verdict).toBe('rollback_failed');
    expect(run.step('s').result.rollbackFailed).toMatch(
      /^undo of a: "" → "a;": dnf writes; waited 5m00s \(let that program finish, or end it, then undo this by hand\)/,
    );
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
