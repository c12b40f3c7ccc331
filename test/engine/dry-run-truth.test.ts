import { afterEach, describe, expect, it } from 'vitest';
import { action, check, cond, fix, probe, runbook, step } from './build.ts';
import { type Desk, openDesk } from './desk.ts';
import { reads, says } from './notes.ts';

let desk: Desk;
afterEach(() => desk.clear());

/**
 * The case that Ansible gets wrong: a command that a dry run skips is given rc 0, and the next step, which reads it, takes
 * the healthy branch. Here step B looks at what step A would change.
 */
describe('a dry run in which step B depends on step A’s unmade change', () => {
  const aThenB = (call: string) =>
    runbook([
      step('a', {
        probes: [reads('state', 'state')],
        gate: cond('state.text == "broken"'),
        remediation: fix(action(call, says('state', 'mended'))),
      }),
      step('b', {
        probes: [reads('after', 'state')],
        gate: cond('after.text == "mended"'),
        remediation: fix(action('note.value', says('done', 'yes'))),
      }),
      step('c', {
        probes: [reads('still', 'state')],
        gate: cond('still.text == "broken"'),
        remediation: fix(action('note.value', says('wrong', 'branch'))),
      }),
    ]);

  it('is undetermined and names the step it waits on, when the action cannot foresee it', async () => {
    desk = openDesk({ state: 'broken' });
    const run = await desk.run(aThenB('note.blind'), { mode: 'dry_run' });
    expect(run.step('a').result.outcome).toBe('would_change');
    expect(run.step('b').result).toMatchObject({ outcome: 'undetermined', waitsOn: ['a'] });
    expect(run.step('c').result).toMatchObject({ outcome: 'undetermined', waitsOn: ['a'] });
    expect(desk.read()).toEqual({ state: 'broken' });
  });

  it('takes the branch the real run takes, when the action foresees it', async () => {
    desk = openDesk({ state: 'broken' });
    const dry = await desk.run(aThenB('note.value'), { mode: 'dry_run' });
    expect([dry.step('a'), dry.step('b'), dry.step('c')].map((plan) => plan.result.outcome)).toEqual([
      'would_change',
      'would_change',
      'skipped',
    ]);
    expect(desk.read()).toEqual({ state: 'broken' });
    const real = await desk.run(aThenB('note.value'));
    expect([real.step('a'), real.step('b'), real.step('c')].map((plan) => plan.result.outcome)).toEqual([
      'changed',
      'changed',
      'skipped',
    ]);
    expect(desk.read()).toEqual({ state: 'mended', done: 'yes' });
  });

  it('keeps a name read before the change: it is a snapshot, in the dry run as in the real one', async () => {
    desk = openDesk({ state: 'broken' });
    const book = runbook([
      step('a', {
        probes: [reads('state', 'state')],
        remediation: fix(action('note.blind', says('state', 'mended'))),
      }),
      step('b', {
        gate: cond('state.text == "broken"'),
        remediation: fix(action('note.value', says('seen', 'broken'))),
      }),
    ]);
    expect((await desk.run(book, { mode: 'dry_run' })).step('b').result.outcome).toBe('would_change');
    expect((await desk.run(book)).step('b').result.outcome).toBe('changed');
  });

  it('knows nothing of an earlier step that would change', async () => {
    desk = openDesk({ state: 'broken' });
    const book = runbook([
      step('a', { remediation: fix(action('note.value', says('state', 'mended'))) }),
      step('b', { gate: cond('steps.a.changed'), remediation: fix(action('note.value', says('done', 'yes'))) }),
    ]);
    expect((await desk.run(book, { mode: 'dry_run' })).step('b').result).toMatchObject({
      outcome: 'undetermined',
      waitsOn: ['a'],
    });
  });
});

describe('a dry run', () => {
  it('says when a fix is foreseen not to be enough', async () => {
    desk = openDesk({ state: 'broken' });
    const claim = check([reads('after', 'state')], cond('after.text == "well"'));
    const book = runbook([
      step('a', { remediation: fix(action('note.value', says('state', 'mended'))), verify: claim }),
    ]);
    const run = await desk.run(book, { mode: 'dry_run' });
    expect(run.step('a').result.outcome).toBe('failed');
    expect(run.step('a').result.reason).toMatch(/predicted.*after\.text == "well"/);
    expect(run.exitCode).toBe(2);
  });

  it('is undetermined, and not green, where it had no right to look', async () => {
    desk = openDesk();
    const book = runbook([
      step('a', {
        probes: [probe('hidden', 'note.secretive', {})],
        gate: cond('hidden.text == ""'),
        remediation: fix(action('note.value', says('x', 'y'))),
      }),
    ]);
    const dry = await desk.run(book, { mode: 'dry_run' });
    expect(dry.outcome.verdict).toBe('undetermined');
    expect(dry.outcome.reason).toContain('needs root');
    expect(dry.exitCode).toBe(2);
    const real = await desk.run(book);
    expect(real.step('a').result).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('cannot decide'),
    });
    expect(desk.read()).toEqual({});
  });

  it('exits 3 for pending changes only when asked', async () => {
    desk = openDesk();
    const book = runbook([step('a', { remediation: fix(action('note.value', says('x', 'y'))) })]);
    expect((await desk.run(book, { mode: 'dry_run' })).exitCode).toBe(0);
    expect((await desk.run(book, { mode: 'dry_run', detailedExitCode: true })).exitCode).toBe(3);
  });
});
