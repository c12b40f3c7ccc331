import { afterEach, describe, expect, it } from 'vitest';
import type { Runbook } from '../../src/model/runbook.ts';
import { action, check, cond, fix, probe, runbook, step, symptom } from './build.ts';
import { type Desk, type DeskRun, openDesk } from './desk.ts';
import { folder, reads, write } from './notes.ts';
import { roundsTransport } from './rounds.ts';

let desk: Desk;
afterEach(() => desk.clear());

async function watched(book: Runbook, dryRun = false) {
  const { transport, rounds } = roundsTransport();
  const run: DeskRun = await desk.run(book, { transportFor: () => transport, ...(dryRun ? { mode: 'dry_run' } : {}) });
  return { run, rounds };
}

describe('what is looked at together', () => {
  it('is every probe of steps between which nothing changes', async () => {
    desk = openDesk({ a: '1', b: '2', c: '3' });
    const book = runbook([
      step('one', { probes: [reads('a', 'a')] }),
      step('two', { probes: [reads('b', 'b')] }),
      step('three', { verify: check([reads('c', 'c')], cond('c.text == "3" && a.text == "1" && b.text == "2"')) }),
    ]);
    const { run, rounds } = await watched(book, true);
    expect(run.outcome.verdict).toBe('healthy');
    expect(rounds).toEqual([['probe a', 'probe b', 'probe c']]);
  });

  it('is the same question twice, asked twice', async () => {
    desk = openDesk({ a: '1' });
    const book = runbook([step('one', { probes: [reads('a', 'a')] }), step('two', { probes: [reads('again', 'a')] })]);
    const { rounds } = await watched(book, true);
    expect(rounds).toEqual([['probe a', 'probe a']]);
  });

  it('after a fix: the state, the claim, and what the next step reads', async () => {
    desk = openDesk({ a: 'old', b: '2' });
    const book = runbook([
      step('mend', {
        remediation: fix(write('a', 'new')),
        verify: check([reads('now', 'a')], cond('now.text == "new"')),
      }),
      step('next', { verify: check([reads('b', 'b')], cond('b.text == "2"')) }),
    ]);
    const { run, rounds } = await watched(book);
    expect(run.outcome.verdict).toBe('fixed');
    const afterFix = rounds.slice(rounds.findIndex((round) => round.includes('fix')) + 1);
    expect(afterFix).toEqual([['probe a', 'probe b', 'inspect a']]);
  });

  it('after a fix: whether the symptom is gone, and nothing that is needed only while it stays', async () => {
    desk = openDesk({ a: 'old', b: '2' });
    const gone = check([reads('later', 'a')], cond('later.text == "new"'));
    const book = runbook(
      [step('mend', { remediation: fix(write('a', 'new')) }), step('next', { probes: [reads('b', 'b')] })],
      { symptom: symptom([reads('pain', 'a')], cond('pain.text == "old"'), gone) },
    );
    const { run, rounds } = await watched(book);
    expect(run.outcome.verdict).toBe('fixed');
    const afterFix = rounds.slice(rounds.findIndex((round) => round.includes('fix')) + 1);
    expect(afterFix).toEqual([['probe a', 'inspect a']]);
  });
});

describe('what was read ahead', () => {
  it('does not stand for what a fix has changed since', async () => {
    desk = openDesk({ a: 'old', c: 'old' });
    const book = runbook([
      step('mend', { remediation: fix(write('a', 'new')) }),
      step('follow', {
        probes: [reads('seen', 'a')],
        gate: cond('seen.text == "new"'),
        remediation: fix(write('c', 'new')),
      }),
    ]);
    const { run } = await watched(book);
    expect(run.outcome.verdict).toBe('fixed');
    expect(desk.read()).toEqual({ a: 'new', c: 'new' });
  });

  it('is foretold or unknown in a dry run where an unmade change would touch it', async () => {
    desk = openDesk({ a: 'old', b: 'old' });
    const blind = action('note.blind', { folder, name: 'b', value: 'new' });
    const book = runbook([
      step('mend', { remediation: fix(write('a', 'new'), blind) }),
      step('follow', { probes: [reads('seen', 'a'), reads('dark', 'b')] }),
    ]);
    const { run } = await watched(book, true);
    const readings = run.events.filter((event) => event.type === 'probe.read').filter(({ step }) => step === 'follow');
    expect(readings).toHaveLength(2);
    expect(readings.find(({ name }) => name === 'seen')).toMatchObject({ value: { text: 'new' }, predicted: true });
    expect(readings.find(({ name }) => name === 'dark')).toMatchObject({
      unknown: expect.stringContaining('not made yet'),
    });
  });

  it('never reaches past a conclusion that may end the host', async () => {
    desk = openDesk({ a: '1', b: '2' });
    const conclude = [{ when: cond('a.text == "1"'), message: 'enough', verdict: 'healthy' } as const];
    const book = runbook([
      step('look', { probes: [reads('a', 'a')], conclude }),
      step('more', { probes: [reads('b', 'b')] }),
    ]);
    const { rounds } = await watched(book, true);
    expect(rounds).toEqual([['probe a']]);
  });

  it('never reaches past a wait: what it waits for may change what comes after', async () => {
    desk = openDesk({ a: '1', b: '2' });
    const waits = check([reads('there', 'a')], cond('there.text == "1"'), { withinMs: 1000 });
    const book = runbook([step('wait', { verify: waits }), step('more', { probes: [reads('b', 'b')] })]);
    const { rounds } = await watched(book, true);
    expect(rounds).toEqual([['probe a'], ['probe b']]);
  });

  it('never outlasts the time until a plan is approved', async () => {
    desk = openDesk({ a: 'old', b: 'old' });
    const all = action('note.blind', { folder, name: 'a', value: 'new' });
    const book = runbook([
      step('mend', { gate: cond('params.folder != ""'), remediation: fix(all) }),
      step('follow', {
        probes: [probe('seen', 'note.all', { folder })],
        conclude: [{ when: cond('true'), message: '${{ seen.text }}' }],
      }),
    ]);
    const { transport } = roundsTransport();
    const run = await desk.run(book, {
      transportFor: () => transport,
      mode: 'ask',
      approvePlan: async () => {
        // Somebody else has mended it, so that no fix drops what was read.
        desk.write('a', 'new');
        desk.write('b', 'meanwhile');
        return true;
      },
    });
    expect(run.outcome.notes.join()).toContain('meanwhile');
  });
});
