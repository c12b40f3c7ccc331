import { describe, expect, it } from 'vitest';
import type { Event } from '../../src/model/event.ts';
import type { Book } from './book.ts';
import { judge, type Remains } from './judge.ts';

const book: Book = {
  text: '',
  units: [{ name: 's1', step: 's1', undo: false }],
  files: new Map([['/f', 'new']]),
  fails: false,
};
const stamp = { at: '2026-01-01T00:00:00.000Z', run: 'r', host: 'h' };
const key = ['r', 'h', 's1', null, []];

function events(outcome: 'done' | 'not_started' | 'unknown', verdict: 'fixed' | 'unknown'): readonly Event[] {
  const ended = { host: 'h', verdict, diagnosis: '', symptom: 'absent', steps: [], notes: [], outputs: {} } as const;
  return [
    { seq: 1, ...stamp, type: 'fix.intent', step: 's1', key, attempt: 1, changes: [] },
    { seq: 2, ...stamp, type: 'fix.result', step: 's1', key, attempt: 1, outcome, ms: 1 },
    { seq: 3, ...stamp, type: 'host.finished', outcome: ended, ms: 1 },
  ];
}

const good: Remains = {
  book,
  run: 'r',
  effects: ['r s1 begin n1', 'r s1 end n1'],
  events: events('done', 'fixed'),
  exitCode: 0,
  file: () => 'new',
  mustEnd: true,
};

describe('what the torture suite calls a violation', () => {
  it.each<[string, Partial<Remains>, readonly string[]]>([
    ['nothing when all was done once', {}, []],
    ['a second beginning', { effects: [...good.effects, 'r s1 begin n2'] }, ['doubled']],
    ['lines of another run are none of ours', { effects: [...good.effects, 'other s1 begin n2'] }, []],
    ['a fix called done that has no end', { effects: ['r s1 begin n1'] }, ['not proved', 'lost']],
    ['a run that calls itself fixed, and left nothing', { effects: [] }, ['not proved', 'lost']],
    [
      'a fix called not started that was',
      { events: events('not_started', 'unknown'), exitCode: 7, mustEnd: false },
      ['not started, yet done'],
    ],
    ['half a fix that is called unknown is none', { ...crashed(), effects: ['r s1 begin n1'] }, []],
    ['an exit code that says more than the verdict', { ...crashed(), exitCode: 0 }, ['wrong exit code']],
    ['a run that ends unknown though no host was hurt', { ...crashed(), mustEnd: true }, ['lost']],
    ['a file that is not as it was written', { file: () => 'old' }, ['wrong file']],
    ['a host that never ended', { events: good.events.slice(0, 2), mustEnd: false }, ['lost']],
  ])('%s', (_name, change, rules) => {
    expect(judge({ ...good, ...change }).map(({ rule }) => rule)).toEqual(rules);
  });

  it('tells only what happened to the unit', () => {
    const other: Event = { seq: 9, ...stamp, type: 'step.started', step: 's2', title: '' };
    const [found] = judge({ ...good, events: [...good.events, other], effects: [...good.effects, 'r s1 begin n2'] });
    expect(found?.history).toEqual([
      '1 2026-01-01T00:00:00.000Z fix.intent s1 attempt 1',
      '2 2026-01-01T00:00:00.000Z fix.result s1 attempt 1: done ',
      'r s1 begin n1',
      'r s1 end n1',
      'r s1 begin n2',
    ]);
  });
});

function crashed(): Partial<Remains> {
  return { events: events('unknown', 'unknown'), exitCode: 7, mustEnd: false };
}
