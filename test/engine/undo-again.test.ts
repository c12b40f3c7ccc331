import { afterEach, describe, expect, it } from 'vitest';
import { readHistory } from '../../src/journal/read-history.ts';
import type { Event } from '../../src/model/event.ts';
import { check, cond, fix, probe, runbook, step } from './build.ts';
import { type Desk, openDesk } from './desk.ts';
import { resumed, withLines } from './killed.ts';
import { folder, write } from './notes.ts';
import { undoOn } from './undo-on.ts';

/** Holds once somebody says so. */
const ok = check([probe('all', 'note.all', { folder })], cond('all.text.contains("yes")'));

let desk: Desk;
afterEach(() => desk.clear());

const shown = (run: {
  readonly outcome: {
    readonly steps: readonly {
      readonly items: readonly { readonly changes: readonly { readonly summary: string }[] }[];
    }[];
  };
}) => run.outcome.steps.flatMap(({ items }) => items.flatMap(({ changes }) => changes.map(({ summary }) => summary)));

describe('undo of a run that was tried again', () => {
  const book = runbook([step('s', { remediation: fix(write('first', 'first'), write('conf', 'new')), verify: ok })]);
  /** Rolled back, changed by somebody, and made by the second try. */
  const twice = async (): Promise<readonly Event[]> => {
    desk = openDesk({ first: 'one', conf: 'old' });
    const first = await desk.run(book, withLines);
    expect(first.outcome.verdict).toBe('rolled_back');
    desk.write('conf', 'mine');
    desk.write('ok', 'yes');
    const second = await resumed(desk, book, first.events, {}, 'failed');
    expect([second.outcome.verdict, desk.read()['conf']]).toEqual(['fixed', 'new']);
    return [...first.events, ...second.events];
  };

  it('takes back the try that stands, and not the one that the run took back itself', async () => {
    const events = await twice();
    expect(shown(await undoOn(desk, events, [], { mode: 'dry_run' }))).toEqual([
      'take back: conf: "mine" → "new"',
      'take back: first: "one" → "first"',
    ]);
    const undo = await undoOn(desk, events);
    expect(desk.read()).toEqual({ first: 'one', conf: 'mine', ok: 'yes' });
    expect([undo.outcome.verdict, undo.exitCode]).toEqual(['rolled_back', 0]);
    const again = await undoOn(desk, events, [undo.events]);
    expect([again.outcome.verdict, desk.read()['conf']]).toEqual(['healthy', 'mine']);
  });

  it('counts the attempts on, though what was taken back is not in its history', async () => {
    const history = readHistory(await twice());
    expect(history.hosts[0]?.units[0]?.attempts.map(({ attempt }) => attempt)).toEqual([2]);
  });

  it('takes back the try that stands, and not the one that another undo took back', async () => {
    desk = openDesk({ first: 'one', conf: 'old' });
    const stands = runbook([
      step('s', { remediation: fix(write('first', 'first'), write('conf', 'new')) }),
      step('t', { remediation: fix(write('other', 'new')), verify: ok }),
    ]);
    const first = await desk.run(stands, withLines);
    const undo = await undoOn(desk, first.events);
    expect(desk.read()).toEqual({ first: 'one', conf: 'old' });
    desk.write('conf', 'mine');
    desk.write('ok', 'yes');
    const second = await resumed(desk, stands, first.events, {}, 'failed');
    expect([second.outcome.verdict, desk.read()['conf']]).toEqual(['fixed', 'new']);
    const events = [...first.events, ...second.events];
    const back = await undoOn(desk, events, [undo.events]);
    expect(desk.read()).toEqual({ first: 'one', conf: 'mine', ok: 'yes' });
    expect([back.outcome.verdict, back.exitCode]).toEqual(['rolled_back', 0]);
  });

  it('takes back what stands of both tries, each by an undo of its own', async () => {
    desk = openDesk({ first: 'one', conf: 'old' });
    const [kept] = book.steps;
    if (kept === undefined) throw new Error('one step');
    const keeping = runbook([{ ...kept, onFailure: 'keep' }]);
    const first = await desk.run(keeping, withLines);
    expect([first.outcome.verdict, desk.read()['conf']]).toEqual(['not_fixed', 'new']);
    desk.write('conf', 'mine');
    const second = await resumed(desk, keeping, first.events, {}, 'failed');
    expect([second.outcome.verdict, desk.read()['conf']]).toEqual(['not_fixed', 'new']);
    const undo = await undoOn(desk, [...first.events, ...second.events]);
    expect([undo.outcome.verdict, undo.exitCode]).toEqual(['rolled_back', 0]);
    expect(desk.read()).toEqual({ first: 'one', conf: 'mine' });
  });
});
