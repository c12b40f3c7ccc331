import { afterEach, describe, expect, it } from 'vitest';
import { backKey } from '../../src/engine/fix-key.ts';
import { recordedUnit } from '../../src/engine/resume-unit.ts';
import type { Event } from '../../src/model/event.ts';
import { buildRegistry } from '../../src/model/pack.ts';
import { action, check, cond, fix, probe, runbook, step } from './build.ts';
import { type Desk, type DeskRun, openDesk } from './desk.ts';
import { killedAt, resumed, withLines } from './killed.ts';
import { notesPack } from './notes-pack.ts';

const folder = '${{ params.folder }}';
const run = (script: string) => action('script.run', { folder, script });
const write = (name: string, value: string) => action('note.value', { folder, name, value });
const never = check([probe('now', 'note.value', { folder, name: 'a' })], cond('now.text == "never"'));
const back = { kind: 'calls', calls: [run('echo back >> log; rm made; test ! -e broken')] } as const;

/** Two steps whose changes are taken back: by the author's calls, and by the action's own undo. */
const book = runbook([
  step('first', { remediation: fix(write('a', 'new'), write('b', 'new')) }),
  step('second', {
    remediation: fix(run('echo fix >> log; echo x > made')),
    verify: never,
    rollback: back,
    onFailure: 'rollback_all',
  }),
]);
const before = { a: 'old', b: 'old' };

describe('a run that was taken back, and is tried again', () => {
  let desk: Desk;
  afterEach(() => desk?.clear());

  const endOf = ({ outcome: { verdict, standing }, exitCode }: DeskRun) => ({ verdict, standing, exitCode });
  const rolledBack = { verdict: 'rolled_back', standing: [], exitCode: 2 };

  it('takes the second try back as well, whose fix was made again', async () => {
    desk = openDesk({ ...before, log: '' });
    const one = await desk.run(book, withLines);
    expect(endOf(one)).toEqual(rolledBack);
    const two = await resumed(desk, book, one.events, {}, 'failed');
    expect(endOf(two)).toEqual(rolledBack);
    expect(desk.read()).toEqual({ ...before, log: 'fix\nback\nfix\nback\n' });
    const three = await resumed(desk, book, [...one.events, ...two.events], {}, 'failed');
    expect(endOf(three)).toEqual(rolledBack);
    expect(desk.read()).toEqual({ ...before, log: 'fix\nback\nfix\nback\nfix\nback\n' });
  });

  it('runs a rollback anew that failed until somebody mended what kept it from that', async () => {
    desk = openDesk({ ...before, log: '', broken: '' });
    const one = await desk.run(book, withLines);
    expect(endOf(one)).toMatchObject({ verdict: 'rollback_failed', exitCode: 7 });
    await desk.run(runbook([step('mend', { remediation: fix(run('rm broken')) })]), withLines);
    const two = await resumed(desk, book, one.events, {}, 'failed');
    expect(two.outcome.steps.at(-1)?.result.outcome).toBe('rolled_back');
    expect(desk.read()['log']).toBe('fix\nback\nfix\nback\n');
  });

  it('undoes nothing twice, wherever the second try is killed', { timeout: 120_000 }, async () => {
    const open = async (): Promise<readonly Event[]> => {
      desk = openDesk({ ...before, log: '' });
      return (await desk.run(book, withLines)).events;
    };
    const first = await open();
    const whole = await resumed(desk, book, first, {}, 'failed');
    desk.clear();
    const lastSeq = first.at(-1)?.seq ?? 0;
    // From the last fix on: then all of the second try was begun.
    const from = whole.events.findLastIndex(({ type }) => type === 'fix.intent') + 1;
    for (let at = from; at < whole.events.length - 2; at += 1) {
      for (const kept of [false, true]) {
        const earlier = await open();
        const how = `${whole.events[at]?.type} (${at}, ${kept ? 'written down' : 'lost'})`;
        const again = (options: object) => resumed(desk, book, earlier, options, 'failed');
        const journal = [...earlier, ...(await killedAt(desk, book, lastSeq + at + 1, kept, {}, again))];
        const end = await resumed(desk, book, journal);
        expect({ ...endOf(end), notes: desk.read() }, how).toEqual({
          ...rolledBack,
          notes: { ...before, log: 'fix\nback\nfix\nback\n' },
        });
        desk.clear();
      }
    }
  });
});

describe('a unit that was tried with other changes each time', () => {
  it('gives each change a place of its own, so that no undo takes another one for itself', async () => {
    const change = (name: string) => ({
      action: 'note.value',
      summary: name,
      change: { path: `/${name}`, from: '', to: 'x' },
      before: { exists: false, text: '' },
      params: {},
      touches: [`note:/${name}`],
      become: false as const,
    });
    const result = { outcome: 'done' } as const;
    const at = '2026-01-01T00:00:00Z';
    const attempts = [
      { attempt: 1, at, changes: [change('a'), change('b')], result },
      { attempt: 2, since: 2, at, changes: [change('c'), change('a')], result },
    ];
    const unit = { key: ['r', 'h', 's', null, []], step: 's', attempts };
    const found = recordedUnit(buildRegistry([notesPack]), unit as never).map(({ planned, index }) => [
      planned.summary,
      index,
    ]);
    const places = new Map(found as [string, number][]);
    expect(new Set(places.values()).size).toBe(3);
    expect(found[0]).toEqual(found[3]);
  });
});

describe('the key of what takes a fix back', () => {
  const place = { run: { parts: { runId: 'r' }, planned: { host: { name: 'h' } } }, within: '', id: 's' } as never;
  const unit = ['r', 'h', 's', null, []];
  for (const [since, what, rest] of [
    // As journals have it that were written before there was a second try.
    [1, 'rollback', ['rollback']],
    [1, { undo: 0 }, ['undo', 0]],
    [2, 'rollback', ['rollback', 2]],
    [2, { undo: 0 }, ['undo', 2, 0]],
    [3, { undo: 2 }, ['undo', 3, 2]],
  ] as const) {
    it(`is its own in try ${since}: ${JSON.stringify(what)}`, () => {
      expect(backKey(place, undefined, since, what)).toEqual([...unit, ...rest]);
    });
  }
});
