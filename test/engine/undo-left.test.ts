import { afterEach, describe, expect, it } from 'vitest';
import type { Step } from '../../src/model/runbook.ts';
import { action, fix, runbook, step } from './build.ts';
import { type Desk, openDesk } from './desk.ts';
import { resumed, withLines } from './killed.ts';
import { undoOn } from './undo-on.ts';

const folder = '${{ params.folder }}';
const run = (script: string) => action('script.run', { folder, script });
const dies = 'kill -KILL 0';
const undone = (script: string): Pick<Step, 'rollback'> => ({ rollback: { kind: 'calls', calls: [run(script)] } });
const first = step('first', { remediation: fix(action('note.value', { folder, name: 'a', value: 'new' })) });
const lost = step('lost', { remediation: fix(run(`echo lost >> log; ${dies}`)), ...undone('echo back >> log') });

describe('an undo of a run of which nobody can tell how one fix ended', () => {
  let desk: Desk;
  afterEach(() => desk?.clear());

  it('waits for a resume, which may tell; then takes back all else, and names what it leaves', async () => {
    desk = openDesk({ a: 'old' });
    const book = runbook([first, lost]);
    const { events } = await desk.run(book, withLines);
    const early = await undoOn(desk, events, [], withLines);
    expect([early.outcome.verdict, early.exitCode]).toEqual(['refused', 5]);
    expect(early.outcome.reason).toContain('step lost of that run is unknown; resume it first');

    const again = await resumed(desk, book, events);
    expect(again.outcome.verdict).toBe('unknown');
    const end = await undoOn(desk, [...events, ...again.events], [], withLines);
    expect([end.outcome.verdict, end.exitCode]).toEqual(['not_fixed', 2]);
    expect(end.outcome.standing).toEqual([expect.stringContaining('step lost (nobody can tell what of it stands: ')]);
    expect(end.step('lost').result.outcome).toBe('skipped');
    expect(desk.read()).toEqual({ a: 'old', log: 'lost\n' });
  });

  it('ends where a rollback of its own is gone, and leaves that one when it is undone again', async () => {
    desk = openDesk({ a: 'old' });
    const stuck = step('stuck', { remediation: fix(run('echo fix >> log')), ...undone(`echo back >> log; ${dies}`) });
    const { events } = await desk.run(runbook([first, stuck]), withLines);
    const once = await undoOn(desk, events, [], withLines);
    expect([once.outcome.verdict, once.exitCode, desk.read()['a']]).toEqual(['rollback_failed', 7, 'new']);
    expect(once.outcome.reason).toContain('undone again, the rest is taken back without it');
    const twice = await undoOn(desk, events, [once.events], withLines);
    expect([twice.outcome.verdict, twice.exitCode]).toEqual(['not_fixed', 2]);
    expect(twice.outcome.standing).toEqual([expect.stringContaining('nobody knows whether its rollback of')]);
    expect(desk.read()).toEqual({ a: 'old', log: 'fix\nback\n' });
  });
});
