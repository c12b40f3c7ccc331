import { afterEach, describe, expect, it } from 'vitest';
import { hasEnded } from '../../src/engine/past.ts';
import { undoWalker } from '../../src/engine/undo-walk.ts';
import { readHistory } from '../../src/journal/read-history.ts';
import type { Event } from '../../src/model/event.ts';
import type { Runbook, Step } from '../../src/model/runbook.ts';
import { Secret } from '../../src/model/secret.ts';
import { action, alternative, check, cond, fix, probe, runbook, step, symptom } from './build.ts';
import { type Desk, type DeskRun, openDesk } from './desk.ts';
import { killedAt, resumed, withLines } from './killed.ts';

const folder = '${{ params.folder }}';
const run = (script: string) => action('script.run', { folder, script });
const seen = (name: string) => probe('seen', 'note.value', { folder, name });
const is = (name: string, value: string) =>
  check([probe('now', 'note.value', { folder, name })], cond(`now.text.contains("${value}")`));
/** Its answers hold a secret: no journal keeps them, so a resume reads them again. */
const hush = 'hunter2-hunter2';
const undone = (script: string): Pick<Step, 'rollback'> => ({ rollback: { kind: 'calls', calls: [run(script)] } });

const pain = symptom(
  [probe('first', 'note.value', { folder, name: 'pain' })],
  cond('first.text.contains("ouch")'),
  check([probe('now', 'note.value', { folder, name: 'pain' })], cond('!now.text.contains("ouch")')),
);
const cure = 'sed -i s/ouch/none/ pain; echo cure >> log';
const back = undone('sed -i s/none/ouch/ pain; echo back >> log');
const helps = step('helps', { remediation: fix(run(cure)), verify: is('pain', 'none'), ...back });
const fails = step('fails', { remediation: fix(run(`${cure}; exit 3`)), verify: is('pain', 'none'), ...back });
const first = step('first', { remediation: fix(action('note.value', { folder, name: 'a', value: 'new' })) });
const last = step('last', { remediation: fix(action('note.value', { folder, name: 'z', value: 'new' })) });
const wear = 'sed -i "s/$what//" todo; echo done $what >> log';
const list = step('list', { probes: [seen('todo')] });
const each = (script: string): Step =>
  step('each', {
    forEach: '["one", "two"].filter(word, seen.text.contains(word))',
    remediation: fix(run(`what=\${{ item }}; ${script}`)),
    ...undone('what=${{ item }}; echo "$what" >> todo; echo undone $what >> log'),
  });
const text = (name: string) => ({ name, type: 'string', optional: false }) as const;
const inside = runbook([step('word', { remediation: fix(run(`what=\${{ params.what }}; ${wear}`)) })], {
  params: [text('what'), text('folder')],
});

const nothing = undone('echo nothing >> log');
const by = (name: string, claim: string, after = 'true') =>
  alternative(name, [run(`touch ${name}; echo ${name} >> log`)], {
    verify: is('pain', claim),
    ...undone(`${after}; rm ${name}; echo un${name} >> log`),
  });
/** Told the secret on its stdin. */
const whisper = (then: string) =>
  fix(action('script.run', { folder, script: `cat > said; echo whisper >> log; ${then}`, stdin: '${{ params.pw }}' }));
const unwhisper = undone('rm said; echo unwhisper >> log');
const tries = step('tries', {
  remediation: { kind: 'alternatives', alternatives: [by('one', 'never'), by('two', 'ouch')] },
});
const stuck = step('stuck', {
  remediation: { kind: 'alternatives', alternatives: [by('one', 'never'), by('two', 'ouch', 'exit 4')] },
});

const books: readonly { readonly what: string; readonly book: Runbook; readonly pain?: string }[] = [
  { what: 'a cure that ends the symptom, and fails', book: runbook([first, fails, last], { symptom: pain }) },
  { what: 'a cure that ends the symptom', book: runbook([first, helps, last], { symptom: pain }) },
  {
    what: 'steps after the symptom is gone, and one that prevents',
    book: runbook([helps, last, { ...first, prevent: true }], { symptom: pain }),
  },
  { what: 'a symptom that is read again', book: runbook([fails, last], { symptom: pain }), pain: `ouch ${hush}` },
  {
    what: 'a symptom that is read again, and gone',
    book: runbook([helps, last], { symptom: pain }),
    pain: `ouch ${hush}`,
  },
  {
    what: 'a conclusion that is read again',
    book: runbook([
      step('look', {
        probes: [seen('pain')],
        conclude: [{ when: cond('!seen.text.contains("ouch")'), verdict: 'healthy', message: 'all is well' }],
      }),
      fails,
    ]),
    pain: `ouch ${hush}`,
  },
  {
    what: 'a condition that is read again',
    book: runbook([
      step('look', { probes: [seen('pain')] }),
      { ...fails, when: cond('seen.text.contains("ouch")') },
      last,
    ]),
    pain: `ouch ${hush}`,
  },
  { what: 'a list that is read again', book: runbook([list, each(wear), last]) },
  {
    what: 'a list that is read again, and an item that fails',
    book: runbook([list, each(`${wear}; test $what != two`), last]),
  },
  {
    what: 'alternatives whose gates are read again',
    book: runbook([
      step('try', {
        probes: [seen('pain')],
        remediation: {
          kind: 'alternatives',
          alternatives: [
            alternative('late', [run('echo late >> log')], { gate: cond('!seen.text.contains("ouch")') }),
            alternative('soon', [run(cure)], { gate: cond('seen.text.contains("ouch")'), verify: is('pain', 'none') }),
          ],
        },
      }),
    ]),
    pain: `ouch ${hush}`,
  },
  {
    what: 'alternatives of which one was undone and one stands, and a step that has all taken back',
    book: runbook([
      tries,
      step('ends', { remediation: fix(run('echo ends >> log; exit 3')), onFailure: 'rollback_all', ...nothing }),
    ]),
  },
  {
    what: 'alternatives of which one was undone and one stands, and does not help',
    book: runbook([first, tries], { symptom: pain, ifNotFixed: 'keep' }),
  },
  {
    what: 'alternatives of which one was undone and one stands, whose undo fails',
    book: runbook([first, stuck], { symptom: pain }),
  },
  {
    what: 'a fix with a secret in it that fails',
    book: runbook([first, step('whispers', { remediation: whisper('exit 3'), ...unwhisper })]),
  },
  {
    what: 'a fix with a secret in it whose claim does not hold',
    book: runbook([
      first,
      step('whispers', { remediation: whisper('true'), verify: is('pain', 'never'), ...unwhisper }),
    ]),
  },
  {
    what: 'a runbook inside for each item of a list that is read again',
    book: runbook([
      list,
      {
        ...each(''),
        rollback: { kind: 'own' },
        remediation: { kind: 'use', runbook: inside, with: { folder, what: '${{ item }}' } },
      },
      last,
    ]),
  },
];

const endOf = ({ outcome: { verdict, symptom: left, standing }, exitCode }: DeskRun) => ({
  verdict,
  left,
  standing,
  exitCode,
});

describe('a run that was killed, and whose fix goes on', () => {
  let desk: Desk;
  afterEach(() => desk?.clear());
  const secrets = [new Secret(hush)];

  for (const { what, book, pain: hurts = 'ouch' } of books) {
    it(`ends as if it had not been: ${what}`, { timeout: 120_000 }, async () => {
      const open = (): Desk =>
        openDesk({ pain: `${hurts}\n`, todo: `${hush} one two\n`, a: 'old', z: 'old' }, { pw: new Secret(hush) });
      desk = open();
      const whole = await desk.run(book, { ...withLines, secrets });
      const expected = { ...endOf(whole), notes: desk.read() };
      desk.clear();
      // Until then nothing was begun.
      const begun = whole.events.findIndex(({ type }) => type === 'fix.intent') + 1;
      for (let at = begun; at <= whole.events.length; at += 1) {
        for (const kept of [false, true]) {
          desk = open();
          const journal = await killedAt(desk, book, at, kept, { secrets });
          const how = `${whole.events[at - 1]?.type} (${at}, ${kept ? 'written down' : 'lost'})`;
          if (journal.some((event) => event.type === 'host.finished')) continue;
          const end = await resumed(desk, book, journal, { secrets });
          expect({ ...endOf(end), notes: desk.read() }, how).toEqual(expected);
          desk.clear();
        }
      }
    });
  }
});

describe('a fix in flight that a resume does not come to again', () => {
  let desk: Desk;
  afterEach(() => desk?.clear());
  /** Its claim held, and the fix after it has made it false. */
  const claim = step('claim', { verify: is('pain', 'ouch') });

  for (const [how, cured, said] of [
    ['done', helps, 'it was carried out'],
    ['failed', fails, 'it failed (script.run: exit 3)'],
  ] as const) {
    it(`is asked of its marker all the same, named, and can be taken back: it ${how}`, async () => {
      desk = openDesk({ pain: 'ouch\n', z: 'old' });
      const book = runbook([claim, cured, last]);
      const { events } = await desk.run(book, withLines);
      desk.clear();
      desk = openDesk({ pain: 'ouch\n', z: 'old' });
      const journal = await killedAt(desk, book, events.findIndex(({ type }) => type === 'fix.result') + 1, false);
      const end = await resumed(desk, book, journal);
      expect(end.outcome).toMatchObject({
        verdict: 'unknown',
        standing: [cure + (how === 'failed' ? '; exit 3' : '')],
      });
      expect([end.exitCode, end.outcome.reason]).toEqual([7, expect.stringContaining(said)]);
      expect(end.outcome.reason).toContain(`mendgate undo ${end.run} takes it back`);
      const all = [...journal, ...end.events];
      const history = readHistory(all);
      expect(history.hosts.map(hasEnded)).toEqual([false]);
      const walker = undoWalker(end.run, new Map(history.hosts.map((host) => [host.host, host])));
      const undo = await desk.run(runbook([], { id: 'undo' }), { ...withLines, walker, kind: 'undo' });
      expect([undo.outcome.verdict, undo.exitCode]).toEqual(['rolled_back', 0]);
      expect(desk.read()).toEqual({ pain: 'ouch\n', z: 'old', log: 'cure\nback\n' });
    });
  }

  for (const [when, at] of [
    ['before it connects', 'run.resumed'],
    ['before its first step', 'host.connected'],
  ] as const) {
    it(`is gone on with later where the resume is interrupted ${when}`, async () => {
      const open = (): Desk => openDesk({ pain: 'ouch\n', z: 'old', a: 'old' });
      desk = open();
      const book = runbook([first, helps, last]);
      const whole = await desk.run(book, withLines);
      const expected = { ...endOf(whole), notes: desk.read() };
      desk.clear();
      desk = open();
      const fixed = whole.events.findLastIndex(({ type }) => type === 'fix.result');
      const journal = await killedAt(desk, book, fixed + 1, false);
      const stop = new AbortController();
      const cut: Event[] = [];
      const sink = (event: Event): void => {
        cut.push(event);
        if (event.type === at) stop.abort();
      };
      const stopped = await resumed(desk, book, journal, { sinks: [sink], stopping: stop.signal });
      expect(['unknown', 'not_fixed']).toContain(stopped.outcome.verdict);
      const all = [...journal, ...cut];
      expect(readHistory(all).hosts.map(hasEnded)).toEqual([false]);
      const end = await resumed(desk, book, all);
      expect({ ...endOf(end), notes: desk.read() }).toEqual(expected);
    });
  }

  it('stays open where nobody can tell how it ended, and no word of it is "fixed"', async () => {
    desk = openDesk({ pain: 'ouch\n', z: 'old' });
    const book = runbook([claim, helps, last]);
    const { events } = await desk.run(book, withLines);
    desk.clear();
    desk = openDesk({ pain: 'ouch\n', z: 'old' });
    const at = events.findIndex(({ type }) => type === 'fix.intent') + 1;
    const journal = (await killedAt(desk, book, at, true)).map((event) =>
      event.type === 'fix.intent' ? { ...event, bootId: 'another' } : event,
    );
    desk.write('pain', 'none\n');
    const end = await resumed(desk, book, journal);
    expect([end.outcome.verdict, end.exitCode]).toEqual(['unknown', 7]);
    expect(end.outcome.reason).toContain('step helps was begun before the run broke off');
  });
});

describe('a change with a secret in it that no journal can undo', () => {
  let desk: Desk;
  afterEach(() => desk?.clear());

  it('is named, and counts among what stands', async () => {
    desk = openDesk({ a: 'old', z: 'old' });
    const secrets = [new Secret(hush)];
    const told = step('told', { remediation: fix(action('note.value', { folder, name: 'z', value: hush })) });
    const ends = step('ends', { remediation: fix(run('exit 3')), onFailure: 'rollback_all', ...undone('true') });
    const book = runbook([first, told, ends]);
    const { events } = await desk.run(book, { ...withLines, secrets });
    desk.clear();
    desk = openDesk({ a: 'old', z: 'old' });
    const at = events.findLastIndex(({ type }) => type === 'fix.result') + 1;
    const end = await resumed(desk, book, await killedAt(desk, book, at, false, { secrets }), { secrets });
    expect([end.outcome.verdict, end.exitCode]).toEqual(['rollback_failed', 7]);
    expect(end.outcome.reason).toContain('a secret is part of it, and journals hold none');
    expect(end.outcome.standing).toEqual(['a: "old" → "new"', 'z: "old" → "***"']);
    expect(desk.read()).toEqual({ a: 'new', z: hush });
  });
});

describe('a host of which something is unsettled', () => {
  const unit = { key: ['r', 'h', 's', null, []], step: 's' };
  const attempt = { attempt: 1, at: '2026-01-01T00:00:00Z', changes: [] };
  const outcome = {
    host: 'h',
    verdict: 'fixed',
    diagnosis: '',
    symptom: 'none',
    steps: [],
    notes: [],
    outputs: {},
  } as const;
  for (const [what, record, ended] of [
    ['nobody wrote down how its fix ended', { attempts: [attempt] }, false],
    ['its fix ended as unknown', { attempts: [{ ...attempt, result: { outcome: 'unknown' } }] }, false],
    ['its rollback was begun', { attempts: [{ ...attempt, result: { outcome: 'done' } }], rollback: 'begun' }, false],
    ['its rollback is done', { attempts: [attempt], rollback: 'done' }, true],
    ['it was carried out', { attempts: [{ ...attempt, result: { outcome: 'done' } }] }, true],
  ] as const) {
    it(`${ended ? 'has ended' : 'is gone on with, whatever was said of it'}: ${what}`, () => {
      expect(hasEnded({ host: 'h', units: [{ ...unit, ...record }], outcome })).toBe(ended);
    });
  }
});
