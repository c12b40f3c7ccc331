import { afterEach, describe, expect, it } from 'vitest';
import type { Event } from '../../src/model/event.ts';
import type { Runbook } from '../../src/model/runbook.ts';
import { Secret } from '../../src/model/secret.ts';
import { systemClock } from '../../src/transports/clock.ts';
import { action, alternative, check, cond, fix, probe, runbook, step, symptom } from './build.ts';
import { type Desk, type DeskRun, openDesk } from './desk.ts';
import { killedAt, resumed, withLines } from './killed.ts';

const folder = '${{ params.folder }}';
const note = (name: string) => ({ folder, name });
const says = (name: string, value: string) => ({ folder, name, value });
const claims = (name: string, text: string) =>
  check([probe('after', 'note.value', note(name))], cond(`after.text.contains("${text}")`));
const never = check([probe('after', 'note.all', { folder })], cond('after.text == "never"'));

const pain = symptom(
  [probe('first', 'note.value', note('pain'))],
  cond('first.text == "ouch"'),
  check([probe('now', 'note.value', note('pain'))], cond('now.text != "ouch"')),
);

const books: readonly { readonly what: string; readonly book: Runbook }[] = [
  {
    what: 'three steps that mend',
    book: runbook(
      [
        step('one', {
          probes: [probe('seen', 'note.value', note('log'))],
          gate: cond('!seen.text.contains("x")'),
          remediation: fix(action('line.added', note('log'))),
          verify: claims('log', 'x'),
        }),
        step('two', { remediation: fix(action('line.added', note('other')), action('bell.rung', note('bell'))) }),
        step('three', { remediation: fix(action('note.value', says('pain', 'none'))) }),
      ],
      { symptom: pain },
    ),
  },
  {
    what: 'a fix that is taken back',
    book: runbook([
      step('one', { remediation: fix(action('line.added', note('log'))) }),
      step('two', {
        remediation: fix(action('note.value', says('a', 'new')), action('line.added', note('other'))),
        verify: never,
        onFailure: 'rollback_all',
      }),
    ]),
  },
  {
    what: 'changes that do not help',
    book: runbook(
      [
        step('one', { remediation: fix(action('line.added', note('log'))) }),
        step('two', { remediation: fix(action('note.value', says('a', 'new'))) }),
      ],
      { symptom: pain },
    ),
  },
  {
    what: 'alternatives, and one unit for each item',
    book: runbook([
      step('each', {
        forEach: ['log', 'other'],
        remediation: fix(action('line.added', { folder, name: '${{ item }}' })),
      }),
      step('try', {
        remediation: {
          kind: 'alternatives',
          alternatives: [
            alternative('narrow', [action('line.added', note('narrow'))], { verify: never }),
            alternative('wide', [action('line.added', note('wide'))], { verify: claims('wide', 'x') }),
          ],
        },
      }),
    ]),
  },
];

describe('a run that was killed', () => {
  let desk: Desk;
  afterEach(() => desk?.clear());

  for (const { what, book } of books) {
    it(`ends as if it had not been: ${what}`, { timeout: 120_000 }, async () => {
      desk = openDesk({ pain: 'ouch', bell: '' });
      const whole = await desk.run(book, withLines);
      const expected = { verdict: whole.outcome.verdict, exitCode: whole.exitCode, notes: desk.read() };
      desk.clear();
      for (let at = 2; at <= whole.events.length; at += 1) {
        for (const kept of [false, true]) {
          desk = openDesk({ pain: 'ouch', bell: '' });
          const journal = await killedAt(desk, book, at, kept);
          const how = `${whole.events[at - 1]?.type} (${at}, ${kept ? 'written down' : 'lost'})`;
          if (journal.some((event) => event.type === 'host.finished')) continue;
          const end = await resumed(desk, book, journal);
          expect({ verdict: end.outcome.verdict, exitCode: end.exitCode, notes: desk.read() }, how).toEqual(expected);
          desk.clear();
        }
      }
    });
  }

  for (const [days, verdict, bell] of [
    [1, 'fixed', 'x\n'],
    [8, 'unknown', ''],
  ] as const) {
    it(`${bell === '' ? 'does not take' : 'takes'} a missing marker for "not started", days after it began: ${days}`, async () => {
      desk = openDesk({ bell: '' });
      // Looks at the host first: so its boot is known.
      const probes = [probe('seen', 'note.value', note('bell'))];
      const book = runbook([step('one', { probes, remediation: fix(action('bell.rung', note('bell'))) })]);
      const { events } = await desk.run(book, withLines);
      desk.clear();
      desk = openDesk({ bell: '' });
      const journal = await killedAt(desk, book, events.findIndex(({ type }) => type === 'fix.intent') + 1, true);
      const later = { ...systemClock, now: () => systemClock.now() + days * 86_400_000 };
      const end = await resumed(desk, book, journal, { clock: later });
      expect([end.outcome.verdict, desk.read()['bell']]).toEqual([verdict, bell]);
    });
  }
});

describe('a fix with a secret in it, of which nobody wrote down how it ended', () => {
  let desk: Desk;
  afterEach(() => desk?.clear());
  const secrets = [new Secret('hunter2-hunter2')];
  /** That event is the last one in the journal. */
  const killedAfter = async (book: Runbook, last: Event['type']): Promise<readonly Event[]> => {
    const { events } = await desk.run(book, { ...withLines, secrets });
    desk.clear();
    desk = openDesk({ a: 'old' });
    const at = events.findIndex(({ type }) => type === last) + 1;
    const journal = await killedAt(desk, book, at, true, { secrets });
    expect(JSON.stringify(journal)).not.toContain('hunter2');
    return journal;
  };

  /** Its fix was made, and the process died before it wrote down how that ended. */
  const beforeResult = async (book: Runbook): Promise<readonly Event[]> =>
    (await killedAfter(book, 'fix.result')).filter(({ type }) => type !== 'fix.result');

  it('is settled by what the host kept of it, and verified', async () => {
    desk = openDesk({ a: 'old' });
    const book = runbook([
      step('one', {
        remediation: fix(action('note.value', says('a', 'hunter2-hunter2'))),
        verify: claims('a', 'hunter2'),
      }),
      step('two', { remediation: fix(action('line.added', note('log'))) }),
    ]);
    const journal = await beforeResult(book);
    const end = await resumed(desk, book, journal, { secrets });
    expect([end.outcome.verdict, end.exitCode]).toEqual(['fixed', 0]);
    expect(end.events.filter(({ type }) => type === 'fix.intent')).toHaveLength(1);
    expect(desk.read()).toEqual({ a: 'hunter2-hunter2', log: 'x\n' });
  });

  it('stays unknown where only what stands could tell: that would be compared with asterisks', async () => {
    desk = openDesk({ a: 'old' });
    const book = runbook([step('one', { remediation: fix(action('note.value', says('a', 'hunter2-hunter2'))) })]);
    const journal = (await killedAfter(book, 'fix.intent')).map((event) =>
      event.type === 'fix.intent' ? { ...event, bootId: 'another' } : event,
    );
    const end = await resumed(desk, book, journal, { secrets });
    expect([end.outcome.verdict, desk.read()['a']]).toEqual(['unknown', 'old']);
  });
});

describe('a run that was stopped between two steps', () => {
  let desk: Desk;
  afterEach(() => desk?.clear());
  const book = runbook([
    step('one', { remediation: fix(action('bell.rung', note('bell'))) }),
    step('two', { remediation: fix(action('note.value', says('a', 'new'))) }),
  ]);
  const stopped = async (): Promise<DeskRun> => {
    const stop = new AbortController();
    const events: Event[] = [];
    const sink = (event: Event): void => {
      events.push(event);
      if (event.type === 'fix.result') stop.abort();
    };
    const run = await desk.run(book, { ...withLines, sinks: [sink], stopping: stop.signal });
    return { ...run, events };
  };

  it('goes on with its next step, and does the first one not again', async () => {
    desk = openDesk({ bell: '' });
    const { events, outcome } = await stopped();
    expect([outcome.verdict, outcome.stopped, desk.read()]).toEqual(['not_fixed', true, { bell: 'x\n' }]);
    const end = await resumed(desk, book, events);
    expect([end.outcome.verdict, end.outcome.stopped, end.exitCode]).toEqual(['fixed', undefined, 0]);
    expect(desk.read()).toEqual({ bell: 'x\n', a: 'new' });
  });

  it('is refused on another machine of the same name', async () => {
    desk = openDesk({ bell: '' });
    const { events } = await stopped();
    const elsewhere = events.map((event) =>
      event.type === 'host.connected' ? { ...event, machineId: '0'.repeat(32) } : event,
    );
    const end = await resumed(desk, book, elsewhere, { lock: { operator: 'a@b', comment: '' } });
    expect([end.outcome.verdict, end.exitCode]).toEqual(['refused', 5]);
    expect(end.outcome.reason).toContain('this is not the host of the run: its machine-id is');
    expect(desk.read()).toEqual({ bell: 'x\n' });
  });
});
