import { describe, expect, it } from 'vitest';
import { readHistory } from '../../src/journal/read-history.ts';
import type { EventBody } from '../../src/model/event.ts';
import type { HostOutcome, PlannedChange } from '../../src/model/plan.ts';
import type { StepResult, Verdict } from '../../src/model/result.ts';
import { finished, intent, numbered, result, runId, started } from './rig.ts';

const history = (...bodies: readonly EventBody[]) => readHistory(numbered([started, ...bodies]));
const one = (...bodies: readonly EventBody[]) => history(...bodies).hosts[0];
const unit = (...bodies: readonly EventBody[]) => one(...bodies)?.units[0];

const key = [runId, 'one', 's', null, []];
const at = expect.any(String);
const ended = (outcome: StepResult['outcome'], more: object = {}): EventBody => ({
  type: 'step.finished',
  host: 'one',
  step: 's',
  title: 'S',
  result: { outcome },
  ms: 1,
  ...more,
});
const outcome = (verdict: Verdict): HostOutcome => ({
  host: 'one',
  verdict,
  diagnosis: '',
  symptom: 'none',
  steps: [],
  notes: [],
  outputs: {},
});
const hostEnded = (verdict: Verdict): EventBody => ({
  type: 'host.finished',
  host: 'one',
  outcome: outcome(verdict),
  ms: 1,
});
const change: PlannedChange = {
  action: 'note.value',
  params: {},
  before: 'a',
  change: 'b',
  summary: 'a → b',
  become: false,
  commands: [],
  contents: [],
  touches: [],
};

describe('the history of a run', () => {
  it('names all its hosts, also those that nothing was heard of', () => {
    expect(history()).toEqual({
      run: runId,
      startedAt: '2026-11-18T11:06:40.000Z',
      dryRun: false,
      runbook: { id: 'test', title: 'A test' },
      hosts: [
        { host: 'one', units: [] },
        { host: 'two', units: [] },
      ],
      lastSeq: 1,
    });
  });

  it('knows a host by key, machine and boot', () => {
    const ids = { hostKey: 'SHA256:x', machineId: 'm', bootId: 'b' };
    expect(one({ type: 'host.connected', host: 'one', ms: 1, ...ids })).toMatchObject(ids);
    expect(one({ ...intent('one'), bootId: 'c' } as EventBody)).toMatchObject({ bootId: 'c' });
  });

  describe('which machine a host is', () => {
    const seen = (machineId: string): EventBody => ({ type: 'host.connected', host: 'one', ms: 1, machineId });
    const resumed: EventBody = { type: 'run.resumed', hosts: ['one'], operator: 'ann@control' };
    it.each([
      ['the one that answered last, before anything was begun', [seen('a'), seen('b')], 'b'],
      ['the one on which its fix was begun', [seen('a'), intent('one'), seen('b')], 'a'],
      ['that one still, when a resume was answered by another', [seen('a'), intent('one'), resumed, seen('b')], 'a'],
      ['the one it was at before a resume, though nothing was begun', [seen('a'), resumed, seen('b')], 'a'],
      ['the one that a resume came to, where none was known', [resumed, seen('a'), seen('b')], 'b'],
    ] as const)('%s', (_, events, machineId) => {
      expect(one(...events)?.machineId).toBe(machineId);
    });
  });

  it('tells a fix that was begun from one that ended', () => {
    expect(unit(intent('one'))).toEqual({ key, step: 's', attempts: [{ attempt: 1, at, changes: [] }] });
    expect(unit(intent('one'), result('one'))?.attempts).toEqual([
      { attempt: 1, at, changes: [], result: { outcome: 'done' } },
    ]);
  });

  it('keeps every attempt, with what it was about and how far it came', () => {
    const busy: EventBody = {
      ...result('one'),
      type: 'fix.result',
      outcome: 'failed',
      reason: 'busy',
      begun: 1,
    } as EventBody;
    const second = { ...intent('one', 2), changes: [change], bootId: 'b' } as EventBody;
    expect(unit(intent('one'), busy, second)?.attempts).toEqual([
      { attempt: 1, at, changes: [], result: { outcome: 'failed', reason: 'busy', begun: 1 } },
      { attempt: 2, at, bootId: 'b', changes: [change] },
    ]);
  });

  it('knows how a step takes its fix back, and when that was written down', () => {
    const rollback = { kind: 'irreversible', why: 'mail is sent' } as const;
    const told = unit({ ...intent('one'), rollback } as EventBody);
    expect(told?.ownRollback).toEqual(rollback);
    expect(told?.attempts[0]?.at).toBe('2026-11-18T11:06:40.001Z');
  });

  it('takes a result that was asked for later in place of an unknown one', () => {
    const unknown = { ...result('one'), outcome: 'unknown', reason: 'lost' } as EventBody;
    expect(unit(intent('one'), unknown, result('one'))?.attempts[0]?.result).toEqual({ outcome: 'done' });
  });

  it.each([
    ['begun', [{ type: 'rollback.intent', host: 'one', step: 's', key, changes: [] }]],
    [
      'done',
      [
        { type: 'rollback.intent', host: 'one', step: 's', key, changes: [] },
        { type: 'rollback.result', host: 'one', step: 's', key, done: true },
      ],
    ],
    [
      'failed',
      [
        { type: 'rollback.intent', host: 'one', step: 's', key, changes: [] },
        { type: 'rollback.result', host: 'one', step: 's', key, done: false, reason: 'no' },
      ],
    ],
  ] as const)('tells a rollback that was %s', (how, bodies) => {
    expect(unit(intent('one'), result('one'), ...bodies)?.rollback).toBe(how);
  });

  it('ends a unit with its own item, not with another of the step', () => {
    const item = (name: string) => ({ item: name, key: [runId, 'one', 's', null, [name]] });
    const units = one({ ...intent('one'), ...item('a') } as EventBody, ended('changed', { item: 'a' }), {
      ...intent('one'),
      ...item('b'),
    } as EventBody)?.units;
    expect(units?.map(({ item, finished: end }) => [item, end?.outcome])).toEqual([
      ['a', 'changed'],
      ['b', undefined],
    ]);
  });

  it('keeps the alternatives of a step apart, in the order in which they were begun, and ends the last one with the step', () => {
    const tried = (id: string) =>
      ({ ...intent('one'), alternative: id, key: [runId, 'one', 's', id, []] }) as EventBody;
    const units = one(tried('b'), tried('a'), ended('changed'))?.units;
    expect(units?.map(({ alternative, finished: end }) => [alternative, end?.outcome])).toEqual([
      ['b', undefined],
      ['a', 'changed'],
    ]);
  });

  it('has an exit code when it ended, and none again when it was gone on with', () => {
    const resumed: EventBody = { type: 'run.resumed', hosts: ['one'], operator: 'ann@control' };
    expect(history(finished)).toMatchObject({ exitCode: 0, lastSeq: 2 });
    const again = history(hostEnded('unknown'), finished, resumed);
    expect(again.exitCode).toBeUndefined();
    expect(again.hosts[0]?.outcome).toBeUndefined();
    expect(history(hostEnded('unknown'), finished, resumed, hostEnded('fixed')).hosts[0]?.outcome?.verdict).toBe(
      'fixed',
    );
  });

  it('is refused to events that are no run', () => {
    expect(() => readHistory([])).toThrow(/beginning of a run/);
  });
});
