import { expect, it } from 'vitest';
import { holdersLast, lostByOthers, type SharedStep } from '../../src/engine/shared-steps.ts';
import { SharedUndo } from '../../src/engine/undo-shared.ts';
import type { HostPlan } from '../../src/model/plan.ts';
import type { Verdict } from '../../src/model/result.ts';
import { hostPlan } from '../journal/plans.ts';

const held = (host: string, step: string, at: string, ...sharing: readonly string[]): SharedStep => ({
  step,
  host,
  at,
  sharing,
});
const schema = held('web1', 'schema', '2026-01-01T10:00:00Z', 'web2', 'web3');

const found = (host: string, verdict: Verdict): HostPlan => ({ ...hostPlan, host, verdict });

it.each([
  [[schema], ['web3', 'web2', 'web1']],
  [[], ['web3', 'web1', 'web2']],
  [
    [schema, held('web2', 'pages', '2026-01-01T10:05:00Z', 'web1')],
    ['web3', 'web2', 'web1'],
  ],
  [
    [schema, held('web2', 'pages', '2026-01-01T09:55:00Z', 'web1')],
    ['web3', 'web1', 'web2'],
  ],
])('who holds what others share is undone after them, the last such step first', (shared, order) => {
  expect(holdersLast(['web3', 'web1', 'web2'], shared)).toEqual(order);
});

it('who loses something by an undo of others is named, and nobody where it is undone with them', () => {
  expect(lostByOthers(['web1'], [schema])).toEqual([
    'web1 ran step schema for web[2-3] too (run_once): they lose it with this undo, and their own changes stay',
  ]);
  expect(lostByOthers(['web1', 'web2', 'web3'], [schema])).toEqual([]);
  expect(lostByOthers(['web2'], [schema])).toEqual([]);
});

it('what others share stays until all of them before it are taken back, or have nothing left to take back', () => {
  const undo = new SharedUndo(['web3', 'web2', 'web1'], [schema]);
  undo.tell(found('web3', 'healthy'));
  undo.tell(found('web2', 'would_fix'));
  expect(undo.keeps('web1')).toContain('web2 is not taken back');
  undo.tell(found('web2', 'rolled_back'));
  expect(undo.keeps('web1')).toBeUndefined();
});

it('two hosts that hold something for each other do not wait for each other', () => {
  const shared = [schema, held('web2', 'pages', '2026-01-01T10:05:00Z', 'web1')];
  const undo = new SharedUndo(holdersLast(['web1', 'web2'], shared), shared);
  expect(undo.keeps('web2')).toBeUndefined();
  expect(undo.keeps('web1')).toContain('web2 is not taken back');
});
