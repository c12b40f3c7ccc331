import { describe, expect, it } from 'vitest';
import { comparePlans } from '../../src/engine/compare-plans.ts';
import type { HostPlan, ItemPlan, PlannedChange, Snapshot, StepPlan } from '../../src/model/plan.ts';

const change: PlannedChange = {
  action: 'selinux.boolean',
  params: { name: 'httpd_can_network_connect', value: true },
  before: { name: 'httpd_can_network_connect', value: false, local: false },
  change: { to: true },
  summary: 'httpd_can_network_connect: off → on',
  become: 'root',
  commands: ['setsebool -V -P httpd_can_network_connect=1'],
  contents: [],
  touches: ['selinux.boolean:httpd_can_network_connect'],
};
const other: PlannedChange = {
  ...change,
  params: { name: 'other' },
  change: { other: true },
  summary: 'other: off → on',
};
const worker: Snapshot = {
  id: 'confirm.worker',
  probe: 'nginx.worker',
  params: {},
  reads: ['process:nginx'],
  fingerprint: { running: true, domain: 'httpd_t' },
};
const item: ItemPlan = {
  item: null,
  title: 'Boolean',
  result: { outcome: 'would_change' },
  gate: [],
  changes: [change],
};

interface Parts {
  readonly symptom?: HostPlan['symptom'];
  readonly verdict?: HostPlan['verdict'];
  readonly step?: Partial<StepPlan>;
  readonly item?: Partial<ItemPlan>;
  readonly changes?: readonly PlannedChange[];
  readonly snapshots?: readonly Snapshot[];
  readonly more?: Partial<HostPlan>;
}
function plan(parts: Parts = {}): HostPlan {
  const items = [{ ...item, ...parts.item, ...(parts.changes === undefined ? {} : { changes: parts.changes }) }];
  return {
    host: 'web1',
    verdict: parts.verdict ?? 'would_fix',
    diagnosis: 'boolean off',
    symptom: parts.symptom ?? 'present',
    symptomReasons: [],
    steps: [{ id: 'boolean', title: 'Boolean', result: { outcome: 'would_change' }, notes: [], items, ...parts.step }],
    notes: [],
    snapshots: parts.snapshots ?? [worker],
    declaredProbes: 0,
    traces: [],
    outputs: {},
    ...parts.more,
  };
}
const seen = (fingerprint: Snapshot['fingerprint']) => plan({ snapshots: [{ ...worker, fingerprint }] });
const unseen = (unknown: string) => plan({ snapshots: [{ ...worker, fingerprint: null, unknown }] });

describe('what differs from a plan is named', () => {
  const rows: readonly (readonly [string, HostPlan, HostPlan, readonly string[]])[] = [
    ['nothing', plan(), plan(), []],
    ['reasons, notes and times only', plan(), plan({ more: { notes: ['x'], traces: ['GET /'], diagnosis: 'y' } }), []],
    [
      'the state before a change',
      plan(),
      plan({ changes: [{ ...change, before: { name: 'httpd_can_network_connect', value: true, local: false } }] }),
      ['httpd_can_network_connect: value: false → true'],
    ],
    [
      'a change that somebody made meanwhile',
      plan(),
      plan({ changes: [], item: { result: { outcome: 'ok' } } }),
      [
        'step boolean: no longer due: httpd_can_network_connect: off → on',
        'step boolean: outcome: "would_change" → "ok"',
      ],
    ],
    [
      'a change that was not shown',
      plan(),
      plan({ changes: [change, other] }),
      ['step boolean: due now, and not in the plan: other: off → on'],
    ],
    [
      'the same target to another end',
      plan(),
      plan({ changes: [{ ...change, change: { to: false }, summary: 'httpd_can_network_connect: on → off' }] }),
      [
        'step boolean: the change would be another: httpd_can_network_connect: on → off instead of httpd_can_network_connect: off → on',
      ],
    ],
    [
      'the same in one line and another in truth',
      plan(),
      plan({ changes: [{ ...change, change: { to: 1 } }] }),
      ['step boolean: the change would be another: httpd_can_network_connect: off → on: to: true → 1'],
    ],
    [
      'other commands for the same change',
      plan(),
      plan({ changes: [{ ...change, commands: ['rm -rf /'] }] }),
      [
        'step boolean: httpd_can_network_connect: off → on: commands: "setsebool -V -P httpd_can_network_connect=1" is gone',
        'step boolean: httpd_can_network_connect: off → on: commands: "rm -rf /" is new',
      ],
    ],
    [
      'another user for the same change',
      plan(),
      plan({ changes: [{ ...change, become: 'ann' }] }),
      ['step boolean: httpd_can_network_connect: off → on: become: "root" → "ann"'],
    ],
    [
      'changes in another order',
      plan({ changes: [change, other] }),
      plan({ changes: [other, change] }),
      ['step boolean: its changes come in another order'],
    ],
    ['the symptom', plan(), plan({ symptom: 'absent' }), ['symptom: present → absent']],
    [
      'a member of a fingerprint',
      plan(),
      seen({ running: true, domain: 'init_t' }),
      ['confirm.worker.domain: "httpd_t" → "init_t"'],
    ],
    [
      'a list of kinds',
      seen(['13 a', '13 b']),
      seen(['13 b', '111 c']),
      ['confirm.worker: "13 a" is gone', 'confirm.worker: "111 c" is new'],
    ],
    [
      'a named element of a list',
      seen([
        { name: 'a', on: true },
        { name: 'b', on: true },
      ]),
      seen([
        { name: 'a', on: true },
        { name: 'b', on: false },
        { name: 'c', on: true },
      ]),
      ['confirm.worker[b].on: true → false', 'confirm.worker[c] is new'],
    ],
    ['a list’s order', seen(['a', 'b']), seen(['b', 'a']), ['confirm.worker: in another order']],
    [
      'a probe that cannot be read now',
      plan(),
      unseen('needs root'),
      ['confirm.worker: cannot be read any more: needs root'],
    ],
    [
      'a probe that can be read now',
      unseen('needs root'),
      plan(),
      ['confirm.worker: could not be read (needs root), and can be now'],
    ],
    ['two reasons why it cannot be read', unseen('pid 17 hides it'), unseen('pid 18 hides it'), []],
    ['a probe that was not read', plan(), plan({ snapshots: [] }), ['confirm.worker: read for the plan, and not now']],
    [
      'a probe that is read besides',
      plan({ snapshots: [] }),
      plan(),
      ['confirm.worker: read now, and not for the plan'],
    ],
    [
      'times and counts that other answers brought into params and items',
      plan({ snapshots: [{ ...worker, id: 's[{"at":1}].w["["]', params: { count: 16 } }] }),
      plan({ snapshots: [{ ...worker, id: 's[{"at":2}].w["]"]', params: { count: 17 } }] }),
      [],
    ],
    [
      'one of several readings of one name',
      plan({
        snapshots: [
          { ...worker, id: 'w["a"]' },
          { ...worker, id: 'w["b"]' },
        ],
      }),
      plan({
        snapshots: [
          { ...worker, id: 'w["b"]', fingerprint: { running: false, domain: 'httpd_t' } },
          { ...worker, id: 'w["a"]' },
        ],
      }),
      ['w.running: true → false'],
    ],
    [
      'another probe of that name',
      plan(),
      plan({ snapshots: [{ ...worker, probe: 'x' }] }),
      ['confirm.worker: comes about in another way'],
    ],
    [
      'what a step asks for',
      plan({ item: { confirm: 'Restart now?' } }),
      plan({ item: { confirm: 'Delete all?' } }),
      ['step boolean: confirm: "Restart now?" → "Delete all?"'],
    ],
    [
      'what cannot be undone',
      plan(),
      plan({ item: { irreversible: 'data is lost' } }),
      ['step boolean: irreversible: nothing → "data is lost"'],
    ],
    [
      'which alternative is taken',
      plan({ item: { alternative: { id: 'a', title: 'A', others: ['B'] } } }),
      plan({ item: { alternative: { id: 'b', title: 'A', others: ['B'] } } }),
      ['step boolean: alternative.id: "a" → "b"'],
    ],
    [
      'how many items there are',
      plan({ changes: [] }),
      plan({
        step: {
          items: [
            { ...item, changes: [] },
            { ...item, item: 'b', changes: [] },
          ],
        },
      }),
      ['step boolean for "b": not in the plan'],
    ],
    [
      'items that another answer brought',
      plan({ step: { items: [{ ...item, item: { at: 1 } }] } }),
      plan({ step: { items: [{ ...item, item: { at: 2 } }] } }),
      [],
    ],
    [
      'items that another answer brought, which change something else',
      plan({ step: { items: [{ ...item, item: 'a' }] } }),
      plan({ step: { items: [{ ...item, item: 'b', changes: [{ ...other, change: { to: 'b' } }] }] } }),
      [
        'step boolean: no longer due: httpd_can_network_connect: off → on',
        'step boolean: due now, and not in the plan: other: off → on',
      ],
    ],
    [
      'what a step comes to',
      plan({ step: { items: [] } }),
      plan({ step: { items: [], result: { outcome: 'skipped', reason: 'x' } } }),
      ['step boolean: would change → skipped'],
    ],
    ['the verdict alone', plan(), plan({ verdict: 'not_fixed' }), ['verdict: would fix → not fixed']],
  ];
  it.each(rows)('%s', (_what, saved, now, named) => {
    expect(comparePlans(saved, now)).toEqual(named);
  });

  it('shows no more than a line of a long value', () => {
    const [text = ''] = comparePlans(seen('a'.repeat(5000)), seen('b'.repeat(5000)));
    expect(text.length).toBeLessThan(200);
  });
});
