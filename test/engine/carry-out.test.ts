import { afterEach, describe, expect, it } from 'vitest';
import type { Step } from '../../src/model/runbook.ts';
import { action, alternative, check, cond, fix, runbook, step, symptom } from './build.ts';
import { type Desk, openDesk } from './desk.ts';
import { claims, folder, never, reads, says, write } from './notes.ts';

/** The symptom: note `pain` says "ouch". */
const pain = symptom(
  [reads('first', 'pain')],
  cond('first.text == "ouch"'),
  check([reads('now', 'pain')], cond('now.text != "ouch"')),
);

let desk: Desk;
afterEach(() => desk.clear());

describe('a step', () => {
  it('is one unit: gate, fix, verify; the second run changes nothing', async () => {
    desk = openDesk({ a: 'old' });
    const book = runbook([step('s', { remediation: fix(write('a', 'new')), verify: claims('a', 'new') })]);
    expect((await desk.run(book)).outcome.verdict).toBe('fixed');
    expect(desk.read()).toEqual({ a: 'new' });
    const again = await desk.run(book);
    expect(again.outcome.verdict).toBe('healthy');
    expect(again.events.some((event) => event.type === 'fix.intent')).toBe(false);
  });

  it('whose verify does not hold is taken back exactly, and ends the host', async () => {
    desk = openDesk({ a: 'old' });
    const book = runbook([
      step('s', { remediation: fix(write('a', 'new'), write('b', 'made')), verify: never }),
      step('after', { remediation: fix(write('c', 'late')) }),
    ]);
    const run = await desk.run(book);
    expect(run.step('s').result.outcome).toBe('rolled_back');
    expect(run.step('after').result.outcome).toBe('skipped');
    expect(run.outcome.verdict).toBe('rolled_back');
    expect(run.exitCode).toBe(2);
    expect(desk.read()).toEqual({ a: 'old' });
  });

  it('fails when its action still sees a difference after it was applied', async () => {
    desk = openDesk();
    const run = await desk.run(
      runbook([
        step('s', {
          remediation: fix(action('note.idle', says('a', 'x'))),
          rollback: { kind: 'irreversible', why: 'test' },
        }),
      ]),
    );
    expect(run.step('s').result.reason).toContain('still differs');
  });

  it('makes its intent known before the fix and its result after it', async () => {
    desk = openDesk();
    const seen: string[] = [];
    const book = runbook([step('s', { remediation: fix(write('a', 'new')) })]);
    await desk.run(book, {
      sinks: [
        async (event) => {
          if (event.type !== 'fix.intent' && event.type !== 'fix.result') return;
          await new Promise((resolve) => setImmediate(resolve));
          seen.push(`${event.type} ${Object.keys(desk.read()).join()}`);
        },
      ],
    });
    expect(seen).toEqual(['fix.intent ', 'fix.result a']);
  });

  const failures: readonly [Step['onFailure'], string, { readonly [name: string]: string }][] = [
    ['rollback', 'rolled_back', { a: 'one' }],
    ['rollback_all', 'rolled_back', {}],
    ['keep', 'not_fixed', { a: 'one', b: 'two' }],
    ['continue', 'not_fixed', { a: 'one', c: 'three' }],
  ];
  it.each(failures)('with on_failure: %s ends as %s', async (onFailure, verdict, left) => {
    desk = openDesk();
    const run = await desk.run(
      runbook([
        step('one', { remediation: fix(write('a', 'one')) }),
        step('two', { remediation: fix(write('b', 'two')), verify: never, onFailure }),
        step('three', { remediation: fix(write('c', 'three')) }),
      ]),
    );
    expect(run.outcome.verdict).toBe(verdict);
    expect(desk.read()).toEqual(left);
  });
});

describe('the symptom', () => {
  it('when absent leaves everything but prevent steps alone', async () => {
    desk = openDesk({ pain: 'none' });
    const run = await desk.run(
      runbook(
        [
          step('s', { remediation: fix(write('a', 'x')) }),
          step('p', { prevent: true, remediation: fix(write('later', 'calm')) }),
        ],
        { symptom: pain },
      ),
    );
    expect(desk.read()).toEqual({ pain: 'none', later: 'calm' });
    expect(run.step('s').result).toEqual({ outcome: 'skipped', reason: 'symptom absent' });
  });

  it('when gone after a fix skips the rest', async () => {
    desk = openDesk({ pain: 'ouch' });
    const run = await desk.run(
      runbook(
        [
          step('s', { remediation: fix(write('pain', 'soothed')) }),
          step('more', { remediation: fix(write('extra', 'x')) }),
        ],
        { symptom: pain },
      ),
    );
    expect(run.outcome.verdict).toBe('fixed');
    expect(run.step('more').result).toEqual({ outcome: 'skipped', reason: 'symptom gone' });
    expect(desk.read()).toEqual({ pain: 'soothed' });
  });

  it('still there at the end undoes all of this run, unless told to keep', async () => {
    const steps = [step('s', { remediation: fix(write('a', 'x')) }), step('t', { remediation: fix(write('b', 'y')) })];
    desk = openDesk({ pain: 'ouch' });
    const undone = await desk.run(runbook(steps, { symptom: pain }));
    expect(undone.outcome.verdict).toBe('rolled_back');
    expect(desk.read()).toEqual({ pain: 'ouch' });
    const kept = await desk.run(runbook(steps, { symptom: pain, ifNotFixed: 'keep' }));
    expect(kept.outcome.verdict).toBe('not_fixed');
    expect(desk.read()).toEqual({ pain: 'ouch', a: 'x', b: 'y' });
  });

  it('there with no step that applies is not fixed, and exits 2', async () => {
    desk = openDesk({ pain: 'ouch' });
    const run = await desk.run(
      runbook([step('s', { gate: cond('false'), remediation: fix(write('a', 'x')) })], { symptom: pain }),
    );
    expect(run.outcome.verdict).toBe('not_fixed');
    expect(run.exitCode).toBe(2);
  });

  it('concluded as somebody else’s with the symptom present exits 2 and changes nothing', async () => {
    desk = openDesk({ pain: 'ouch' });
    const conclude = [{ when: cond('true'), message: 'not ours', verdict: 'not_applicable', see: 'other' }] as const;
    const run = await desk.run(
      runbook([step('s', { conclude, remediation: fix(write('a', 'x')) })], { symptom: pain }),
    );
    expect(run.outcome).toMatchObject({ verdict: 'not_applicable', diagnosis: 'not ours', see: 'other' });
    expect(run.exitCode).toBe(2);
    expect(desk.read()).toEqual({ pain: 'ouch' });
  });
});

describe('alternatives', () => {
  const narrow = alternative('narrow', [write('a', 'narrow')]);
  const wide = alternative('wide', [write('b', 'wide')], { verify: claims('b', 'wide') });

  it('take the first that helps; one that does not is undone before the next', async () => {
    desk = openDesk();
    const book = runbook([
      step('s', { remediation: { kind: 'alternatives', alternatives: [narrow, wide] }, verify: never }),
    ]);
    const run = await desk.run(book);
    expect(run.step('s').result.outcome).toBe('changed');
    expect(run.step('s').items[0]?.alternative?.id).toBe('wide');
    expect(desk.read()).toEqual({ b: 'wide' });
  });

  it('name in a dry run what would be tried next', async () => {
    desk = openDesk();
    const book = runbook([step('s', { remediation: { kind: 'alternatives', alternatives: [narrow, wide] } })]);
    const run = await desk.run(book, { mode: 'dry_run' });
    expect(run.step('s').items[0]?.alternative).toEqual({
      id: 'narrow',
      title: 'Alternative narrow',
      others: ['Alternative wide'],
    });
  });

  it('none of which is open are skipped; none of which helps fail', async () => {
    desk = openDesk();
    const shut = [alternative('x', [write('a', 'x')], { gate: cond('false') })];
    expect(
      (await desk.run(runbook([step('s', { remediation: { kind: 'alternatives', alternatives: shut } })]))).step('s')
        .result.outcome,
    ).toBe('skipped');
    const useless = runbook([
      step('s', { remediation: { kind: 'alternatives', alternatives: [narrow] }, verify: never }),
    ]);
    expect((await desk.run(useless)).step('s').result).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('none of the alternatives'),
    });
    expect(desk.read()).toEqual({});
  });
});

describe('for_each', () => {
  const each = (items: readonly string[]) =>
    runbook([
      step('s', {
        forEach: items,
        as: 'n',
        title: 'Write ${{ n }}',
        gate: cond('n != "skip"'),
        remediation: fix(action('note.value', { folder, name: '${{ n }}', value: 'x' })),
      }),
      step('sees', {
        gate: cond('steps.s.items.exists(i, i.item == "b" && i.changed)'),
        remediation: fix(write('seen', 'b')),
      }),
    ]);

  it('runs the step once an item, each its own unit, and shows the items to later steps', async () => {
    desk = openDesk();
    const run = await desk.run(each(['a', 'skip', 'b']));
    expect(run.step('s').items.map((item) => [item.title, item.result.outcome])).toEqual([
      ['Write a', 'changed'],
      ['Write skip', 'skipped'],
      ['Write b', 'changed'],
    ]);
    expect(desk.read()).toEqual({ a: 'x', b: 'x', seen: 'b' });
  });

  it('refuses equal items, and without items is skipped', async () => {
    desk = openDesk();
    expect((await desk.run(each(['a', 'a']))).step('s').result).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('same item twice'),
    });
    expect((await desk.run(each([]))).step('s').result.outcome).toBe('skipped');
    expect(desk.read()).toEqual({});
  });
});

describe('use', () => {
  it('runs another runbook’s steps with its own params only', async () => {
    desk = openDesk();
    const inner = runbook(
      [
        step('write', {
          remediation: fix(action('note.value', { folder: '${{ params.where }}', name: 'inner', value: 'x' })),
        }),
      ],
      {
        outputs: [{ name: 'path', value: 'params.where' }],
        params: [{ name: 'where', type: 'string', optional: false }],
      },
    );
    const book = runbook([
      step('call', { remediation: { kind: 'use', runbook: inner, with: { where: folder } } }),
      step('then', { gate: cond('steps.call.outputs.path == params.folder'), remediation: fix(write('outer', 'y')) }),
    ]);
    const run = await desk.run(book);
    expect(run.step('call/write').result.outcome).toBe('changed');
    expect(desk.read()).toEqual({ inner: 'x', outer: 'y' });
  });
});

describe('approval', () => {
  const confirmed = runbook([step('s', { confirm: 'Really?', remediation: fix(write('a', 'x')) })]);

  it('of a confirm: is asked for, and refused leaves the host as it is with exit 5', async () => {
    desk = openDesk();
    const asked: string[] = [];
    const run = await desk.run(confirmed, { approve: async ({ kind, text }) => asked.push(`${kind}: ${text}`) < 0 });
    expect(asked).toEqual(['confirm: Really?']);
    expect(run.outcome.verdict).toBe('refused');
    expect(run.exitCode).toBe(5);
    expect(desk.read()).toEqual({});
  });

  it('of an irreversible step is never assumed', async () => {
    desk = openDesk();
    const book = runbook([
      step('s', { rollback: { kind: 'irreversible', why: 'gone for good' }, remediation: fix(write('a', 'x')) }),
    ]);
    const run = await desk.run(book, { approve: async ({ kind }) => kind !== 'irreversible' });
    expect(run.outcome).toMatchObject({ verdict: 'refused', reason: expect.stringContaining('--allow-irreversible') });
    expect(desk.read()).toEqual({});
  });

  it('holds for the host that was seen: one that changed in between is refused', async () => {
    desk = openDesk({ a: 'old' });
    const book = runbook([step('s', { remediation: fix(write('a', 'new')) })]);
    const run = await desk.run(book, {
      mode: 'ask',
      approvePlan: async () => {
        desk.write('a', 'changed by somebody');
        return true;
      },
    });
    expect(run.outcome.verdict).toBe('refused');
    expect(desk.read()).toEqual({ a: 'changed by somebody' });
  });

  it('not given for the plan changes nothing', async () => {
    desk = openDesk({ a: 'old' });
    const run = await desk.run(runbook([step('s', { remediation: fix(write('a', 'new')) })]), {
      mode: 'ask',
      approvePlan: async () => false,
    });
    expect(run.outcome.verdict).toBe('refused');
    expect(desk.read()).toEqual({ a: 'old' });
  });
});

describe('a fix of which it cannot be told how it ended', () => {
  const slow = (timeoutMs: number) =>
    runbook([
      step('s', { timeoutMs, remediation: fix(action('note.slow', says('a', 'x'))) }),
      step('after', { remediation: fix(write('b', 'y')) }),
    ]);

  it('is unknown after its time is over: the host ends there, exit 7', async () => {
    desk = openDesk();
    const run = await desk.run(slow(400));
    expect(run.step('s').result.outcome).toBe('unknown');
    expect(run.outcome.verdict).toBe('unknown');
    expect(run.exitCode).toBe(7);
    expect(desk.read()).toEqual({ a: 'x' });
  });

  it('is unknown when Ctrl-C twice closes the connection under it', async () => {
    desk = openDesk();
    const aborting = new AbortController();
    const run = await desk.run(slow(60_000), {
      aborting: aborting.signal,
      sinks: [(event) => (event.type === 'fix.intent' ? void setImmediate(() => aborting.abort()) : undefined)],
    });
    expect(run.outcome.verdict).toBe('unknown');
    expect(run.exitCode).toBe(7);
    expect(desk.read()['b']).toBeUndefined();
  });
});

describe('Ctrl-C', () => {
  it('once finishes the running step and begins no other; exit 130', async () => {
    desk = openDesk();
    const stopping = new AbortController();
    const run = await desk.run(
      runbook([step('one', { remediation: fix(write('a', 'x')) }), step('two', { remediation: fix(write('b', 'y')) })]),
      {
        stopping: stopping.signal,
        sinks: [(event) => (event.type === 'fix.intent' ? stopping.abort() : undefined)],
      },
    );
    expect(run.exitCode).toBe(130);
    expect(run.outcome).toMatchObject({ verdict: 'not_fixed', reason: expect.stringContaining('interrupted') });
    expect(desk.read()).toEqual({ a: 'x' });
    expect(run.step('two').result.outcome).toBe('skipped');
  });
});
