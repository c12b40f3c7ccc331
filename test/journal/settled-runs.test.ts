import { describe, expect, it } from 'vitest';
import { readHistory } from '../../src/journal/read-history.ts';
import { unsettled } from '../../src/journal/settled-runs.ts';
import type { EventBody } from '../../src/model/event.ts';
import type { HostOutcome } from '../../src/model/plan.ts';
import { finished, intent, numbered, result, runId, started } from './rig.ts';

const key = [runId, 'one', 's', null, []];
const ended = (more: Partial<HostOutcome> = {}): EventBody => {
  const outcome: HostOutcome = {
    host: 'one',
    verdict: 'fixed',
    diagnosis: '',
    symptom: 'none',
    steps: [],
    notes: [],
    outputs: {},
    ...more,
  };
  return { type: 'host.finished', host: 'one', outcome, ms: 1 };
};
const takingBack: EventBody = { type: 'rollback.intent', host: 'one', step: 's', key, changes: [] };
const takenBack = (done: boolean): EventBody => ({ type: 'rollback.result', host: 'one', step: 's', key, done });

const why = (...bodies: readonly EventBody[]): string | undefined => {
  const events = numbered([started, ...bodies]);
  return unsettled(events, readHistory(events));
};

describe('a run whose markers nobody needs any more', () => {
  it.each<readonly [string, readonly EventBody[], string | undefined]>([
    ['ended, all written down', [intent('one'), result('one'), ended(), finished], undefined],
    ['was taken back', [intent('one'), result('one'), takingBack, takenBack(true), ended(), finished], undefined],
    ['an undo that has ended', [takingBack, takenBack(true), ended(), finished], undefined],
    ['broke off', [intent('one'), result('one'), ended()], 'it has not ended'],
    ['has a fix without an end', [intent('one'), ended(), finished], 'how step s ended on one is unknown'],
    [
      'has a fix that ended unknown',
      [intent('one'), { ...result('one'), outcome: 'unknown' } as EventBody, ended(), finished],
      'how step s ended on one is unknown',
    ],
    ['has a host without an end', [intent('one'), result('one'), finished], 'one has not ended'],
    [
      'has a host that is unknown',
      [intent('one'), result('one'), ended({ verdict: 'unknown' }), finished],
      'one is unknown',
    ],
    [
      'was stopped between two steps',
      [intent('one'), result('one'), ended({ stopped: true }), finished],
      'it was stopped on one',
    ],
    [
      'was being taken back',
      [intent('one'), result('one'), takingBack, ended(), finished],
      'nobody knows that step s on one was taken back',
    ],
    [
      'could not be taken back',
      [takingBack, takenBack(false), ended(), finished],
      'nobody knows that step s on one was taken back',
    ],
    [
      'goes on again',
      [
        intent('one'),
        result('one'),
        ended(),
        finished,
        { type: 'run.resumed', hosts: ['one'], operator: 'ann@control' },
      ],
      'it has not ended',
    ],
  ])('is one that %s, or it is said why not', (_, bodies, expected) => {
    expect(why(...bodies)).toBe(expected);
  });
});
