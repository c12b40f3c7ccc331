import type { Event, EventBody } from '../../src/model/event.ts';
import type { RunRequest } from '../../src/model/history.ts';
import type { PlannedChange } from '../../src/model/plan.ts';
import { change, item, outcome, plan, runFinished, runStarted, step } from './events.ts';

type Body<T extends Event['type']> = Extract<EventBody, { type: T }>;
type Samples = { readonly [T in Event['type']]: readonly [Body<T>, ...Body<T>[]] };

const fullChange: PlannedChange = {
  ...change,
  become: false,
  contents: [{ label: '/etc/nginx/nginx.conf', before: 'a\n', after: 'b\n' }],
  irreversible: 'reload drops connections',
  predicted: true,
  on: 'lb1',
};
const reasons = [
  { check: 'size(errors) > 0', held: true, because: 'size(errors) is 3' },
  { check: 'known(x)', held: 'unknown' },
] as const;
const fullStep = step(
  'port_label',
  { outcome: 'undetermined', reason: 'why', waitsOn: ['boolean'], rollbackFailed: 'port 8888 is labelled' },
  {
    notes: ['a note'],
    items: [
      item(
        { outcome: 'would_change' },
        {
          item: { port: 8888 },
          gate: reasons,
          changes: [fullChange],
          alternative: { id: 'label', title: 'Label the port', others: ['A module'] },
          confirm: 'Install?\nReally?',
          irreversible: 'it is so',
        },
      ),
    ],
  },
);
const of = { host: 'web01', step: 'boolean' };
const ofItem = { ...of, item: { port: 8888 }, within: 'use[1]/' };
const key = ['run-1', 'web01', 'boolean', null, []] as const;

/** What an end may leave. */
const left = { standing: ['a → b'], stopped: true } as const;

/** Of an undo of run-0. */
export const request: RunRequest = {
  kind: 'undo',
  of: 'run-0',
  mendgate: '0.1.0',
  runbook: '/srv/runbooks/a.yaml',
  runbookSha256: '0'.repeat(64),
  inventory: ['/srv/inventory.yaml', 'web01,'],
  inventorySha256: '1'.repeat(64),
  limit: 'web',
  extra: [{ name: 'token', text: '***' }],
  reach: { connection: 'ssh', user: 'ann', privateKeyFiles: ['/k'], knownHostsFiles: ['/h'], becomeMethod: 'su' },
  becomeByDefault: false,
  tags: ['quick'],
  skipTags: [],
  startAt: 'boolean',
  until: 'boolean',
  allowIrreversible: false,
  rollout: { batches: [{ hosts: 1 }, { percent: 20 }], pauseMs: 1000, maxFail: { hosts: 0 } },
  maxChanged: 5,
  operator: 'ann@control',
};

/** Every type: at its smallest, and with every optional member. The type makes a missing one a compile error. */
export const samples: Samples = {
  'run.started': [
    runStarted(['web01', 'web02'], true) as Body<'run.started'>,
    {
      ...(runStarted(['web01'], false) as Body<'run.started'>),
      request,
      alsoReaches: ['lb1'],
      rollout: { batches: [{ hosts: 1 }], maxFail: { percent: 10 } },
    },
  ],
  'batch.started': [{ type: 'batch.started', batch: 1, hosts: ['web01'], canaries: ['web01'], waiting: 4 }],
  'batch.finished': [
    { type: 'batch.finished', batch: 1, verdicts: { fixed: 1 }, closed: [], ms: 3 },
    {
      type: 'batch.finished',
      batch: 2,
      verdicts: { rolled_back: 1 },
      closed: [{ canary: 'web01', diagnosis: 'boolean off', waiting: 3 }],
      stopped: '1 host went wrong',
      ms: 3,
    },
  ],
  'run.resumed': [{ type: 'run.resumed', hosts: ['web01'], operator: 'ann@control' }],
  'host.connecting': [{ type: 'host.connecting', host: 'web01' }],
  'host.connected': [
    { type: 'host.connected', host: 'web01', ms: 3 },
    { type: 'host.connected', host: 'web01', ms: 3.5, hostKey: 'SHA256:abc', machineId: 'm-1', bootId: 'b-1' },
  ],
  'host.unreachable': [
    { type: 'host.unreachable', host: 'web01', phase: 'tcp', reason: 'refused' },
    { type: 'host.unreachable', host: 'web01', phase: 'auth', reason: 'no key fits', help: 'ssh-add it', again: true },
  ],
  'delegate.connected': [
    { type: 'delegate.connected', delegate: { host: 'lb1' }, ms: 3 },
    {
      type: 'delegate.connected',
      delegate: { host: 'lb1', hostKey: 'SHA256:abc', machineId: 'm-2', bootId: 'b-2' },
      ms: 3,
    },
  ],
  'probe.read': [
    {
      type: 'probe.read',
      host: 'web01',
      name: 'e',
      probe: 'nginx.upstream_errors',
      params: {},
      ms: 3,
      unknown: 'no log',
    },
    {
      type: 'probe.read',
      host: 'web01',
      name: 'e',
      probe: 'nginx.upstream_errors',
      params: {},
      ms: 3,
      unknown: 'no log',
      help: 'look elsewhere',
    },
    {
      type: 'probe.read',
      host: 'web01',
      name: 'e',
      probe: 'p.q',
      params: { a: [1] },
      ms: 3,
      step: 's',
      value: null,
      predicted: true,
      on: 'lb1',
    },
  ],
  'symptom.looked': [
    { type: 'symptom.looked', host: 'web01', when: 'first', present: 'unknown', reasons },
    { type: 'symptom.looked', host: 'web01', when: 'after_fix', present: false, reasons: [] },
  ],
  'step.started': [
    { type: 'step.started', ...of, title: 'T' },
    { type: 'step.started', ...ofItem, title: 'T' },
  ],
  'gate.decided': [
    { type: 'gate.decided', ...of, open: 'unknown', reasons },
    { type: 'gate.decided', ...ofItem, open: false, reasons: [] },
  ],
  'expression.traced': [
    { type: 'expression.traced', host: 'web01', place: 'present', expression: 'a', value: 'true', parts: [] },
    {
      type: 'expression.traced',
      ...ofItem,
      place: 'gate',
      expression: 'size(a) > 0',
      value: 'false',
      parts: [{ text: 'size(a)', value: '0', depth: 1 }],
    },
  ],
  note: [
    { type: 'note', ...of, message: 'm' },
    { type: 'note', ...ofItem, message: 'm' },
  ],
  'change.planned': [
    { type: 'change.planned', ...of, change },
    { type: 'change.planned', ...ofItem, change: fullChange },
  ],
  'fix.intent': [
    { type: 'fix.intent', ...of, key, attempt: 1, changes: [] },
    {
      type: 'fix.intent',
      ...ofItem,
      key,
      attempt: 2,
      changes: [change],
      alternative: 'label',
      bootId: 'b-1',
      delegates: [{ host: 'lb1', hostKey: 'SHA256:abc', machineId: 'm-2', bootId: 'b-2' }, { host: 'lb2' }],
      rollback: {
        kind: 'calls',
        calls: [
          {
            action: 'core.command',
            params: { command: ['true'] },
            become: 'root',
            touches: ['file:/a'],
            timeoutMs: 5000,
            on: 'lb1',
          },
          { action: 'core.command', params: {}, become: false },
        ],
      },
      revertAfterMs: 120_000,
    },
    { type: 'fix.intent', ...of, key, attempt: 1, changes: [], rollback: { kind: 'undecided', reason: 'no answer' } },
    { type: 'fix.intent', ...of, key, attempt: 1, changes: [], rollback: { kind: 'irreversible', why: 'it is sent' } },
  ],
  'fix.result': [
    { type: 'fix.result', ...of, key, attempt: 1, outcome: 'done', ms: 3 },
    { type: 'fix.result', ...ofItem, key, attempt: 1, outcome: 'not_started', ms: 3, reason: 'policy store busy' },
    { type: 'fix.result', ...of, key, attempt: 1, outcome: 'failed', ms: 3, reason: 'exit 1', begun: 2 },
  ],
  'fix.waiting': [
    { type: 'fix.waiting', ...of, attempt: 1, reason: 'held by dnf', waitedMs: 0, nextMs: 2000, leftMs: 300_000 },
    {
      type: 'fix.waiting',
      ...ofItem,
      attempt: 3,
      reason: 'held by dnf',
      waitedMs: 12_000,
      nextMs: 8000,
      leftMs: 288_000,
      rollback: true,
    },
  ],
  'verify.looked': [
    { type: 'verify.looked', ...of, held: true, reasons: [], attempt: 1 },
    { type: 'verify.looked', ...ofItem, held: false, reasons, attempt: 2 },
  ],
  'rollback.intent': [
    { type: 'rollback.intent', ...of, key, changes: [change] },
    { type: 'rollback.intent', ...ofItem, key, attempt: 2, changes: [] },
  ],
  'rollback.result': [
    { type: 'rollback.result', ...of, key, done: true },
    { type: 'rollback.result', ...ofItem, key, done: false, calls: 'failed', reason: 'setsebool: busy' },
  ],
  'step.finished': [
    { type: 'step.finished', ...of, title: 'T', result: { outcome: 'changed' }, ms: 5 },
    { type: 'step.finished', ...ofItem, title: 'T', result: fullStep.result, ms: 5 },
  ],
  'host.planned': [
    { type: 'host.planned', host: 'web01', plan: plan('web01') },
    {
      type: 'host.planned',
      host: 'web01',
      plan: plan('web01', {
        reason: 'r',
        see: 'other-runbook',
        steps: [fullStep],
        notes: ['n'],
        symptomReasons: reasons,
        snapshots: [
          { id: 'confirm.a', probe: 'nginx.worker', params: {}, reads: [], fingerprint: null, unknown: 'no nginx' },
          {
            id: 'confirm.b',
            probe: 'p.q',
            params: 1,
            on: 'lb1',
            reads: ['file:/x'],
            value: 1,
            fingerprint: 1,
            predicted: true,
          },
        ],
        declaredProbes: 2,
        outputs: { cause: 'boolean' },
      }),
    },
  ],
  'host.finished': [
    { type: 'host.finished', host: 'web01', outcome: outcome('web01'), ms: 5 },
    {
      type: 'host.finished',
      host: 'web01',
      outcome: outcome('web01', {
        verdict: 'rollback_failed',
        reason: 'r',
        see: 'x',
        steps: [fullStep],
        notes: ['n'],
        ...left,
      }),
      ms: 5,
    },
  ],
  warning: [
    { type: 'warning', message: 'm' },
    { type: 'warning', message: 'm', host: 'web01' },
  ],
  'run.finished': [
    runFinished(0) as Body<'run.finished'>,
    { ...(runFinished(7, 3, true) as Body<'run.finished'>), verdicts: { fixed: 3, unknown: 1 } },
  ],
};

export const allSamples: readonly EventBody[] = Object.values(samples).flat();
