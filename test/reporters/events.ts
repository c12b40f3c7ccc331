import type { Event, EventBody } from '../../src/model/event.ts';
import type { HostOutcome, HostPlan, ItemPlan, PlannedChange, StepPlan } from '../../src/model/plan.ts';
import type { StepResult } from '../../src/model/result.ts';
import type { Output } from '../../src/reporters/reporter.ts';

/** Numbers and dates bodies as the engine does. */
export function stamp(bodies: readonly EventBody[]): readonly Event[] {
  return bodies.map((body, at) => ({ seq: at + 1, at: '2026-11-20T10:00:00.000Z', run: 'run-1', ...body }) as Event);
}

export const change: PlannedChange = {
  action: 'selinux.boolean',
  params: { name: 'httpd_graceful_shutdown', value: true },
  before: { value: false },
  change: { to: true },
  summary: 'httpd_graceful_shutdown: off → on',
  become: 'root',
  commands: ['setsebool -P httpd_graceful_shutdown 1'],
  contents: [],
  touches: ['selinux.boolean:httpd_graceful_shutdown'],
};

export function item(result: StepResult, more: Partial<ItemPlan> = {}): ItemPlan {
  return { item: null, title: 'Flip the boolean that lets nginx connect', result, gate: [], changes: [], ...more };
}

export function step(id: string, result: StepResult, more: Partial<StepPlan> = {}): StepPlan {
  return {
    id,
    title: `Title of ${id}`,
    result,
    items: [item(result, { title: `Title of ${id}` })],
    notes: [],
    ...more,
  };
}

const booleanDiagnosis = 'boolean off → would set httpd_graceful_shutdown';

/** A host that one boolean would mend. */
export function plan(host: string, more: Partial<HostPlan> = {}): HostPlan {
  const wouldChange: StepResult = { outcome: 'would_change' };
  return {
    host,
    verdict: 'would_fix',
    diagnosis: booleanDiagnosis,
    symptom: 'present',
    symptomReasons: [{ check: 'request.status == 502', held: true, because: 'request.status is 502' }],
    steps: [
      step('confirm', { outcome: 'ok' }),
      step('boolean', wouldChange, { items: [item(wouldChange, { changes: [change] })] }),
    ],
    notes: [],
    snapshots: [],
    declaredProbes: 0,
    traces: ['sends GET http://127.0.0.1/'],
    outputs: {},
    ...more,
  };
}

export function outcome(host: string, more: Partial<HostOutcome> = {}): HostOutcome {
  const { diagnosis, steps } = plan(host);
  return { host, verdict: 'fixed', diagnosis, symptom: 'absent', steps, notes: [], outputs: {}, ...more };
}

export const steps = [
  { id: 'confirm', title: "Confirm it's SELinux with the audit log" },
  { id: 'boolean', title: 'Flip the boolean that lets nginx connect' },
];

export function runStarted(hosts: readonly string[], dryRun: boolean): EventBody {
  return {
    type: 'run.started',
    version: 1,
    runbook: {
      id: 'nginx-502',
      title: 'nginx 502: Permission denied',
      file: 'nginx-502.yaml',
      sha256: 'ab'.repeat(32),
    },
    hosts,
    inventoryHosts: 40,
    dryRun,
    forks: 20,
    steps,
  };
}

export function runFinished(exitCode: number, changes = 0, interrupted = false): EventBody {
  return { type: 'run.finished', exitCode, verdicts: {}, changes, interrupted, ms: 4200 };
}

export function names(prefix: string, from: number, to: number): readonly string[] {
  return Array.from({ length: to - from + 1 }, (_, at) => `${prefix}${String(from + at).padStart(2, '0')}`);
}

/** One host mended by one boolean, in a real run. */
export function fixing(host: string): readonly EventBody[] {
  const of = { host, step: 'boolean' };
  const key = ['run-1', host, 'boolean', null, []];
  return [
    { type: 'host.connecting', host },
    { type: 'host.connected', host, ms: 12 },
    { type: 'symptom.looked', host, when: 'first', present: true, reasons: [] },
    { type: 'step.started', host, step: 'confirm', title: steps[0]?.title ?? '' },
    { type: 'step.finished', host, step: 'confirm', title: steps[0]?.title ?? '', result: { outcome: 'ok' }, ms: 30 },
    { type: 'step.started', ...of, title: steps[1]?.title ?? '' },
    { type: 'gate.decided', ...of, open: true, reasons: [{ check: 'selinux.mode == "enforcing"', held: true }] },
    { type: 'change.planned', ...of, change },
    { type: 'fix.intent', ...of, key, attempt: 1, changes: [change] },
    { type: 'fix.result', ...of, key, attempt: 1, outcome: 'done', ms: 900 },
    { type: 'verify.looked', ...of, held: true, reasons: [{ check: 'access.allowed', held: true }], attempt: 1 },
    { type: 'step.finished', ...of, title: steps[1]?.title ?? '', result: { outcome: 'changed' }, ms: 1200 },
    { type: 'host.finished', host, outcome: outcome(host), ms: 1500 },
  ];
}

export interface Sink extends Output {
  readonly text: () => string;
}

/** An output that remembers. */
export function sink(look: Partial<Omit<Output, 'write'>> = {}): Sink {
  let text = '';
  return {
    isTty: false,
    columns: 80,
    colour: false,
    ...look,
    write: (part) => {
      text += part;
    },
    text: () => text,
  };
}
