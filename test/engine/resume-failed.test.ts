import { afterEach, describe, expect, it } from 'vitest';
import type { Runbook, Step } from '../../src/model/runbook.ts';
import { action, check, cond, fix, probe, runbook, step, symptom } from './build.ts';
import { type Desk, type DeskRun, openDesk } from './desk.ts';
import { resumed, withLines } from './killed.ts';

const folder = '${{ params.folder }}';
const run = (script: string) => action('script.run', { folder, script });
const has = (name: string, text: string) =>
  check([probe('now', 'note.value', { folder, name })], cond(`now.text.contains("${text}")`));
const undone = (script: string): Pick<Step, 'rollback'> => ({ rollback: { kind: 'calls', calls: [run(script)] } });

/** Nothing tells afterwards that it was made, but its own claim; made twice it stands there twice. */
const stands = step('stands', {
  remediation: fix(run('echo made >> log')),
  verify: has('log', 'made'),
  ...undone('echo unmade >> log'),
});
/** Fails until somebody has mended what it needs. */
const tried = step('tried', {
  remediation: fix(run('echo tried >> log; test -e ready')),
  ...undone('echo untried >> log'),
});
const worse = step('worse', { remediation: fix(run('exit 3')), onFailure: 'rollback_all', ...undone('true') });

describe('resume of a host that failed', () => {
  let desk: Desk;
  afterEach(() => desk?.clear());
  const again = (book: Runbook, { events }: DeskRun): Promise<DeskRun> => resumed(desk, book, events, {}, 'failed');

  it('tries again what failed, and counts as made what stands', async () => {
    desk = openDesk({ log: '' });
    const book = runbook([stands, tried]);
    const first = await desk.run(book, withLines);
    expect([first.outcome.verdict, first.outcome.standing]).toEqual(['rolled_back', ['echo made >> log']]);
    desk.write('ready', '');
    const end = await again(book, first);
    expect([end.outcome.verdict, end.exitCode]).toEqual(['fixed', 0]);
    expect(desk.read()['log']).toBe('made\ntried\nuntried\ntried\n');
    expect(end.outcome.standing).toEqual(['echo made >> log', 'echo tried >> log; test -e ready']);
    expect(end.plans[0]?.steps.map(({ result }) => result.outcome)).toEqual(['ok', 'would_change']);
  });

  it('takes what stood back with the rest, once', async () => {
    desk = openDesk({ log: '' });
    const book = runbook([stands, tried, worse]);
    const first = await desk.run(book, withLines);
    desk.write('ready', '');
    const end = await again(book, first);
    expect([end.outcome.verdict, end.outcome.standing]).toEqual(['rolled_back', []]);
    expect(desk.read()['log']).toBe('made\ntried\nuntried\ntried\nuntried\nunmade\n');
  });

  it('is fixed where nothing is to be tried any more, and names what stands', async () => {
    const seen = [probe('first', 'note.value', { folder, name: 'pain' })];
    const pain = symptom(seen, cond('first.text == "ouch"'), has('pain', 'none'));
    desk = openDesk({ log: '', pain: 'ouch' });
    const book = runbook([stands, tried], { symptom: pain, ifNotFixed: 'keep' });
    const first = await desk.run(book, withLines);
    desk.write('pain', 'none');
    const end = await again(book, first);
    expect([end.outcome.verdict, end.outcome.standing]).toEqual(['fixed', ['echo made >> log']]);
    expect(desk.read()['log']).toBe('made\ntried\nuntried\n');
  });

  it('makes it again where an undo took it back since', async () => {
    desk = openDesk({ log: '' });
    const book = runbook([stands, tried]);
    const first = await desk.run(book, withLines);
    desk.write('ready', '');
    const { events } = first;
    const end = await resumed(desk, book, events, {}, 'failed', new Map([['desk', 'an-undo']]));
    expect(end.outcome.verdict).toBe('fixed');
    expect(desk.read()['log']).toBe('made\ntried\nuntried\nmade\ntried\n');
  });
});
