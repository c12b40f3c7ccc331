import { afterEach, describe, expect, it } from 'vitest';
import type { Event } from '../../src/model/event.ts';
import type { Runbook, Step } from '../../src/model/runbook.ts';
import { action, alternative, check, cond, fix, probe, runbook, step } from './build.ts';
import { type Desk, openDesk } from './desk.ts';
import { killedAt, resumed, withLines } from './killed.ts';

const folder = '${{ params.folder }}';
const run = (script: string) => action('script.run', { folder, script });
const seen = probe('seen', 'note.value', { folder, name: 'state' });
const claim = (text: string) =>
  check([probe('now', 'note.value', { folder, name: 'state' })], cond(`now.text.contains("${text}")`));
const open = cond('!seen.text.contains("made")');
const rollback: Step['rollback'] = { kind: 'calls', calls: [run('echo back >> log; echo old > state')] };

/** Dies with its whole group, as with its host: the marker tells that it began, and nothing else. */
const dies = 'kill -KILL 0';
const makes = `echo fix >> log; echo made > state; ${dies}`;
const breaks = `echo fix >> log; ${dies}; echo made > state`;
const other = probe('before', 'note.value', { folder, name: 'state' });

describe('a fix by commands of which the host knows only that it began, and is gone', () => {
  let desk: Desk;
  afterEach(() => desk?.clear());
  /** The run, and what each of its resumes came to. */
  const gone = async (book: Runbook, meanwhile = () => {}) => {
    desk = openDesk({ state: 'old\n', log: '', other: 'old' });
    const first = await desk.run(book, withLines);
    expect([first.outcome.verdict, first.exitCode]).toEqual(['unknown', 7]);
    meanwhile();
    const end = await resumed(desk, book, first.events);
    return { verdict: end.outcome.verdict, exitCode: end.exitCode, ...desk.read(), reason: end.outcome.reason };
  };

  for (const [what, own, end] of [
    ['its gate is shut and its verify holds', { gate: open, verify: claim('made') }, 'made'],
    ['its verify holds', { verify: claim('made') }, 'made'],
    ['its gate is shut', { gate: open }, 'made'],
    ['its verify does not hold', { verify: claim('perfect') }, 'back'],
    ['its gate is shut, and its verify does not hold', { gate: open, verify: claim('perfect') }, 'back'],
    ['its verify holds, and its gate is open', { gate: cond('seen.text != ""'), verify: claim('made') }, 'unknown'],
    ['its gate is about what was read before', { gate: cond('!before.text.contains("made")') }, 'unknown'],
    ['it has neither', {}, 'unknown'],
  ] as const) {
    it(`is settled by what its step says now: ${what}`, async () => {
      const early = step('early', { probes: [other] });
      const book = runbook([early, step('one', { probes: [seen], remediation: fix(run(makes)), rollback, ...own })]);
      expect(await gone(book)).toMatchObject(
        {
          made: { verdict: 'fixed', exitCode: 0, state: 'made\n', log: 'fix\n' },
          back: { verdict: 'rolled_back', exitCode: 2, state: 'old\n', log: 'fix\nback\n' },
          unknown: { verdict: 'unknown', exitCode: 7, state: 'made\n', log: 'fix\n' },
        }[end],
      );
    });
  }

  it('is taken back where its step says that it is not made: a part of it may be', async () => {
    const one = step('one', { probes: [seen], gate: open, remediation: fix(run(breaks)), rollback });
    const end = await gone(runbook([one]));
    expect(end).toMatchObject({ verdict: 'rolled_back', exitCode: 2, log: 'fix\nback\n' });
    expect(end.reason).toContain(
      'the fix began and is gone, and the host has no record of its end; its gate is open still',
    );
  });

  it('is settled as an alternative too', async () => {
    const alternatives = [alternative('narrow', [run(makes)], { gate: open, verify: claim('made') })];
    const one = step('one', { probes: [seen], remediation: { kind: 'alternatives', alternatives } });
    expect(await gone(runbook([one]))).toMatchObject({ verdict: 'fixed', exitCode: 0, log: 'fix\n' });
  });

  it('is failed where what it made beside its commands does not stand', async () => {
    const write = action('note.value', { folder, name: 'other', value: 'new' });
    const book = runbook([step('one', { remediation: fix(write, run(makes)), verify: claim('made'), rollback })]);
    expect(await gone(book)).toMatchObject({ verdict: 'fixed', exitCode: 0, other: 'new', log: 'fix\n' });
    const lost = await gone(book, () => desk.write('other', 'old'));
    expect(lost).toMatchObject({ verdict: 'rolled_back', exitCode: 2, state: 'old\n', log: 'fix\nback\n' });
    expect(lost.reason).toContain('its verify holds; only a part of it was done');
  });
});

describe('a fix by commands that the host knows nothing of, since another boot', () => {
  let desk: Desk;
  afterEach(() => desk?.clear());
  for (const [what, state, log] of [
    ['is made where its step says that it is not', 'old\n', 'fix\n'],
    ['counts as made where its step says so', 'made\n', ''],
  ] as const) {
    it(what, async () => {
      desk = openDesk({ state: 'old\n', log: '' });
      const script = 'echo fix >> log; echo made > state';
      const book = runbook([step('one', { probes: [seen], gate: open, remediation: fix(run(script)), rollback })]);
      const { events } = await desk.run(book, withLines);
      desk.clear();
      desk = openDesk({ state: 'old\n', log: '' });
      const at = events.findIndex(({ type }) => type === 'fix.intent') + 1;
      const elsewhere = (event: Event): Event =>
        event.type === 'fix.intent' ? { ...event, bootId: 'another' } : event;
      const journal = (await killedAt(desk, book, at, true)).map(elsewhere);
      desk.write('state', state);
      const end = await resumed(desk, book, journal);
      expect([end.outcome.verdict, end.exitCode, desk.read()]).toEqual(['fixed', 0, { state: 'made\n', log }]);
    });
  }

  it('is not begun again where an earlier resume has asked in vain: there was a marker then', async () => {
    desk = openDesk({ state: 'old\n', log: '' });
    const book = runbook([
      step('one', { probes: [seen], gate: open, remediation: fix(run('echo fix >> log')), rollback }),
    ]);
    const { events } = await desk.run(book, withLines);
    desk.clear();
    desk = openDesk({ state: 'old\n', log: '' });
    const at = events.findIndex(({ type }) => type === 'fix.intent') + 1;
    const journal = (await killedAt(desk, book, at, true)).flatMap((event): readonly Event[] => {
      if (event.type !== 'fix.intent') return [event];
      const { run: id, seq, at: when, host, step: one, key, attempt } = event;
      const asked = { run: id, seq: seq + 1, at: when, host, step: one, key, attempt, ms: 1 };
      const result: Event = { ...asked, type: 'fix.result', outcome: 'unknown', reason: 'removed', final: true };
      return [{ ...event, bootId: 'another' }, result];
    });
    const end = await resumed(desk, book, journal);
    expect([end.outcome.verdict, desk.read()['log']]).toEqual(['rolled_back', 'back\n']);
  });
});
