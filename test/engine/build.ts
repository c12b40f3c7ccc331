import type {
  ActionCall,
  Alternative,
  Check,
  Cond,
  ProbeCall,
  Runbook,
  Step,
  Symptom,
} from '../../src/model/runbook.ts';

/** Builds runbooks for engine tests as the loader would give them, with the language's defaults. */

export function cond(...checks: readonly string[]): Cond {
  return checks.map((check) => ({ check }));
}

export function probe(
  name: string,
  call: string,
  params: ProbeCall['params'],
  more: Partial<ProbeCall> = {},
): ProbeCall {
  return { name, call, params, as: 'item', ...more };
}

export function action(call: string, params: ActionCall['params'], more: Partial<ActionCall> = {}): ActionCall {
  return { call, params, as: 'item', ...more };
}

export function check(probes: readonly ProbeCall[], that: Cond, more: Partial<Check> = {}): Check {
  return { probes, that, withinMs: 0, everyMs: 1000, fresh: false, ...more };
}

export function step(id: string, more: Partial<Step> = {}): Step {
  return {
    id,
    title: `Step ${id}`,
    tags: [],
    when: [],
    as: 'item',
    probes: [],
    conclude: [],
    gate: [],
    remediation: { kind: 'none' },
    rollback: { kind: 'own' },
    onFailure: 'rollback',
    timeoutMs: 60_000,
    prevent: false,
    ...more,
  };
}

export function fix(...calls: readonly ActionCall[]): Step['remediation'] {
  return { kind: 'fix', calls };
}

export function alternative(id: string, calls: readonly ActionCall[], more: Partial<Alternative> = {}): Alternative {
  return { id, title: `Alternative ${id}`, gate: [], fix: calls, rollback: { kind: 'own' }, ...more };
}

export function symptom(probes: readonly ProbeCall[], present: Cond, gone: Check): Symptom {
  return { probes, present, gone };
}

export function runbook(steps: readonly Step[], more: Partial<Runbook> = {}): Runbook {
  return {
    id: 'test',
    title: 'A test',
    hosts: 'all',
    params: [],
    steps,
    ifNotFixed: 'rollback',
    outputs: [],
    file: 'test.yaml',
    sha256: '0'.repeat(64),
    ...more,
  };
}
