import { afterEach, describe, expect, it } from 'vitest';
import { overlaps } from '../../src/model/resource.ts';
import { action, alternative, check, cond, fix, probe, runbook, step, symptom } from './build.ts';
import { type Desk, openDesk } from './desk.ts';
import { folder, never, reads, says, write } from './notes.ts';

const blind = (name: string, value: string) => action('note.blind', says(name, value));
const pain = (withinMs = 0) =>
  symptom(
    [reads('first', 'pain')],
    cond('first.text == "ouch"'),
    check([reads('now', 'pain')], cond('now.text != "ouch"'), { withinMs, everyMs: 50 }),
  );

let desk: Desk;
afterEach(() => desk.clear());

describe('what an undetermined step may change', () => {
  it('is unknown to the steps after it: never the branch as if it did nothing', async () => {
    desk = openDesk();
    const book = runbook([
      step('a', { remediation: fix(blind('a', 'x')) }),
      step('b', { probes: [reads('fa', 'a')], gate: cond('fa.exists'), remediation: fix(write('b', 'x')) }),
      step('c', { probes: [reads('fb', 'b')], gate: cond('!fb.exists'), remediation: fix(write('c', 'x')) }),
    ]);
    const dry = await desk.run(book, { mode: 'dry_run' });
    expect(dry.step('c').result).toMatchObject({ outcome: 'undetermined', waitsOn: ['b'] });
    await desk.run(book);
    expect(desk.read()).toEqual({ a: 'x', b: 'x' });
  });
});

describe('one file by several names', () => {
  it.each([
    ['file:/etc//nginx/./a', 'file:/etc/nginx/a', true],
    ['file:/etc/x/../nginx/a', 'file:/etc/nginx/a', true],
    ['file:/etc/nginx/*', 'file:/etc//nginx/conf.d/a', true],
    ['file:/etc/nginx', 'file:/etc/nginx.d', false],
    ['file', 'file:/a', true],
  ])('%s and %s: %s', (a, b, same) => {
    desk = openDesk();
    expect(overlaps(a, b)).toBe(same);
  });
});

describe('approval', () => {
  it('names every host that a yes may change, and those alone are changed', async () => {
    desk = openDesk();
    const asked: string[][] = [];
    const conclude = [{ when: cond('true'), message: 'not ours', verdict: 'not_fixed' }] as const;
    const book = runbook([step('w', { remediation: fix(write('a', 'x')) }), step('c', { conclude })], {
      ifNotFixed: 'keep',
    });
    const run = await desk.run(book, { mode: 'ask', approvePlan: async (_plans, due) => asked.push([...due]) < 0 });
    expect(asked).toEqual([['desk']]);
    expect(run.exitCode).toBe(5);
    expect(desk.read()).toEqual({});
    const dry = await desk.run(book, { mode: 'dry_run', detailedExitCode: true });
    expect(dry.plans[0]?.verdict).toBe('not_fixed');
  });

  it('does not cover a step that was shown as right and is no longer', async () => {
    desk = openDesk({ v: 'right' });
    const book = runbook([
      step('v', { remediation: fix(write('v', 'right')) }),
      step('w', { remediation: fix(write('w', 'x')) }),
    ]);
    const run = await desk.run(book, {
      mode: 'ask',
      approvePlan: async () => {
        desk.write('v', 'precious');
        return true;
      },
    });
    expect(run.outcome.verdict).toBe('refused');
    expect(desk.read()).toEqual({ v: 'precious' });
  });
});

describe('use', () => {
  const inner = (steps: readonly ReturnType<typeof step>[]) =>
    runbook(steps, {
      params: [
        { name: 'folder', type: 'string', optional: false },
        { name: 'n', type: 'string', optional: true },
      ],
    });

  it('hands a failure that was gone past to the outer host', async () => {
    desk = openDesk();
    const failing = inner([step('bad', { remediation: fix(write('a', 'x')), verify: never, onFailure: 'continue' })]);
    const run = await desk.run(
      runbook([step('u', { remediation: { kind: 'use', runbook: failing, with: { folder } } })]),
    );
    expect(run.outcome.verdict).toBe('not_fixed');
    expect(run.exitCode).toBe(2);
  });

  it('in a for_each runs each item with its own changes', async () => {
    desk = openDesk();
    const one = inner([
      step('w', {
        remediation: fix(action('note.value', { folder: '${{ params.folder }}', name: '${{ params.n }}', value: 'x' })),
      }),
    ]);
    const book = runbook([
      step('u', {
        forEach: ['a', 'b'],
        as: 'i',
        remediation: { kind: 'use', runbook: one, with: { folder, n: '${{ i }}' } },
      }),
    ]);
    const run = await desk.run(book);
    expect(run.outcome.verdict).toBe('fixed');
    expect(desk.read()).toEqual({ a: 'x', b: 'x' });
  });

  it('refuses params of another type than the used runbook declares', async () => {
    desk = openDesk();
    const typed = runbook([step('w', { remediation: fix(write('a', 'x')) })], {
      params: [{ name: 'n', type: 'int', optional: false }],
    });
    const run = await desk.run(
      runbook([step('u', { remediation: { kind: 'use', runbook: typed, with: { n: '${{ params.folder }}' } } })]),
    );
    expect(run.step('u').result).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('whole number') });
  });
});

describe('the end of a run', () => {
  it('looks at the symptom once more when steps ran after the last look', async () => {
    desk = openDesk({ pain: 'ouch' });
    const soothes = check([reads('p', 'pain')], cond('p.text == "soothed"'), { withinMs: 5000, everyMs: 50 });
    const book = runbook(
      [step('start', { remediation: fix(write('begun', 'x')) }), step('wait', { verify: soothes })],
      { symptom: pain() },
    );
    const run = await desk.run(book, {
      sinks: [(event) => (event.type === 'step.started' && event.step === 'wait' ? soothe() : undefined)],
    });
    expect(run.outcome.verdict).toBe('fixed');
    expect(desk.read()).toEqual({ pain: 'soothed', begun: 'x' });

    function soothe(): void {
      // The diagnosis looks at the wait too; only the real run's start counts.
      if (desk.read()['begun'] === 'x') setImmediate(() => desk.write('pain', 'soothed'));
    }
  });

  it('undoes everything after rollback_all, whatever the failing step itself left', async () => {
    desk = openDesk();
    const book = runbook([
      step('one', { remediation: fix(write('a', 'x')) }),
      step('claim', {
        verify: check([probe('after', 'note.all', { folder })], cond('after.text == "never"'), {
          withinMs: 1,
          everyMs: 1,
        }),
        onFailure: 'rollback_all',
      }),
    ]);
    const run = await desk.run(book);
    expect(run.outcome).toMatchObject({ verdict: 'not_fixed', standing: [] });
    expect(desk.read()).toEqual({});
  });

  it('says what stands on the host', async () => {
    desk = openDesk();
    const kept = runbook([
      step('one', { remediation: fix(write('a', 'x')) }),
      step('two', { remediation: fix(write('b', 'y')), verify: never, onFailure: 'keep' }),
    ]);
    const run = await desk.run(kept);
    expect(run.outcome.standing).toHaveLength(2);
    expect(run.events.find((event) => event.type === 'run.finished')).toMatchObject({ changes: 2 });
  });

  it('is rolled back, and says so, when a conclusion after changes says not fixed', async () => {
    desk = openDesk({ pain: 'ouch' });
    const conclude = [{ when: cond('true'), message: 'a person must look', verdict: 'not_fixed' }] as const;
    const run = await desk.run(
      runbook([step('one', { remediation: fix(write('a', 'x')) }), step('two', { conclude })], { symptom: pain() }),
    );
    expect(run.outcome.verdict).toBe('rolled_back');
    expect(desk.read()).toEqual({ pain: 'ouch' });
  });

  it('stays fixed when only a prevent step failed after the symptom had gone', async () => {
    desk = openDesk({ pain: 'ouch' });
    const run = await desk.run(
      runbook(
        [
          step('cure', { remediation: fix(write('pain', 'soothed')) }),
          step('p', { prevent: true, remediation: fix(write('b', 'x')), verify: never }),
        ],
        { symptom: pain() },
      ),
    );
    expect(run.outcome.verdict).toBe('fixed');
    expect(run.outcome.reason).toContain('step p failed');
    expect(desk.read()).toEqual({ pain: 'soothed' });
  });

  it('is not fixed, and nothing is changed, when the symptom cannot be looked at', async () => {
    desk = openDesk();
    const hidden = symptom([probe('h', 'note.secretive', {})], cond('h.text == "x"'), check([], cond('true')));
    const run = await desk.run(
      runbook([step('p', { prevent: true, remediation: fix(write('a', 'x')) })], { symptom: hidden }),
    );
    expect(run.outcome.verdict).toBe('not_fixed');
    expect(desk.read()).toEqual({});
  });
});

describe('a step that only waits', () => {
  it('waits in a real run, and is undetermined in a dry one', async () => {
    desk = openDesk();
    const comes = check([reads('f', 'late')], cond('f.exists'), { withinMs: 5000, everyMs: 50 });
    const book = runbook([step('w', { verify: comes }), step('then', { remediation: fix(write('done', 'x')) })]);
    expect((await desk.run(book, { mode: 'dry_run' })).step('w').result.outcome).toBe('undetermined');
    const run = await desk.run(book, {
      sinks: [(event) => (event.type === 'host.planned' ? desk.write('late', 'here') : undefined)],
    });
    expect(run.outcome.verdict).toBe('fixed');
    expect(desk.read()).toEqual({ late: 'here', done: 'x' });
  });
});

describe('an alternative that is in place and does not help', () => {
  it('gives way to the next', async () => {
    desk = openDesk({ a: 'narrow' });
    const wide = alternative('wide', [write('b', 'wide')], { verify: check([reads('f', 'b')], cond('f.exists')) });
    const book = runbook([
      step('s', {
        verify: never,
        remediation: { kind: 'alternatives', alternatives: [alternative('narrow', [write('a', 'narrow')]), wide] },
      }),
    ]);
    const run = await desk.run(book);
    expect(run.step('s').items[0]?.alternative?.id).toBe('wide');
    expect(desk.read()).toEqual({ a: 'narrow', b: 'wide' });
  });
});

describe('rollback calls of the author', () => {
  it('come besides what the actions undo themselves', async () => {
    desk = openDesk({ a: 'old', cleaned: 'no' });
    const book = runbook([
      step('s', {
        remediation: fix(write('a', 'new')),
        verify: never,
        rollback: { kind: 'calls', calls: [write('cleaned', 'yes')] },
      }),
    ]);
    const run = await desk.run(book);
    expect(run.outcome).toMatchObject({ verdict: 'rolled_back', standing: [] });
    expect(desk.read()).toEqual({ a: 'old', cleaned: 'yes' });
  });
});

describe('an alternative that is foreseen not to help', () => {
  it('is not tried in the real run either', async () => {
    desk = openDesk();
    const claim = check([reads('f', 'b')], cond('f.exists'));
    const book = runbook([
      step('s', {
        verify: claim,
        remediation: {
          kind: 'alternatives',
          alternatives: [alternative('narrow', [write('a', 'x')]), alternative('wide', [write('b', 'y')])],
        },
      }),
    ]);
    const run = await desk.run(book);
    expect(run.events.flatMap((event) => (event.type === 'fix.intent' ? [event.alternative] : []))).toEqual(['wide']);
    expect(desk.read()).toEqual({ b: 'y' });
  });
});

describe('Ctrl-C inside a for_each', () => {
  it('leaves the other items alone and does not call it fixed', async () => {
    desk = openDesk();
    const stopping = new AbortController();
    const book = runbook([
      step('s', {
        forEach: ['a', 'b', 'c'],
        as: 'n',
        remediation: fix(action('note.value', { folder, name: '${{ n }}', value: 'x' })),
      }),
    ]);
    const run = await desk.run(book, {
      stopping: stopping.signal,
      sinks: [(event) => (event.type === 'fix.intent' ? stopping.abort() : undefined)],
    });
    expect(run.outcome).toMatchObject({ verdict: 'not_fixed', reason: expect.stringContaining('interrupted') });
    expect(run.exitCode).toBe(130);
    expect(desk.read()).toEqual({ a: 'x' });
  });
});
