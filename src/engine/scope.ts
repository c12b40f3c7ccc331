import type { Scope } from '../expr/evaluate.ts';
import type { Host } from '../model/inventory.ts';
import { isObject, type Json } from '../model/json.ts';
import type { StepResult } from '../model/result.ts';
import { Unknown } from '../model/unknown.ts';
import type { Value } from '../model/value.ts';

/** A host as expressions see it: one value however often it is looked at. */
const hostValues = new WeakMap<Host, Value>();

function hostValue(host: Host): Value {
  const value = hostValues.get(host) ?? {
    name: host.name,
    address: host.connect.address,
    groups: host.groups,
    vars: host.vars,
  };
  hostValues.set(host, value);
  return value;
}

/** The names every expression of a host may use, before any probe was read. */
export function baseScope(
  host: Host,
  params: { readonly [name: string]: Value },
  run: { id: string; startedAt: number },
): Scope {
  return new Map<string, Value>([
    ['params', params],
    ['host', hostValue(host)],
    ['run', { id: run.id, started: new Date(run.startedAt).toISOString() }],
    ['steps', {}],
  ]);
}

/** A scope with more names. */
export function extend(scope: Scope, names: Iterable<readonly [string, Value]>): Scope {
  const more = new Map<string, Value>(scope);
  for (const [name, value] of names) more.set(name, value);
  return more;
}

/** What later steps see of a step under `steps.ID`. */
export function stepValue(
  step: string,
  result: StepResult,
  items: readonly { readonly item: Json; readonly result: StepResult }[],
  outputs: { readonly [name: string]: Value },
): Value {
  const seen = (of: StepResult): { result: Value; changed: Value } => {
    if (of.outcome === 'would_change') {
      const unmade = new Unknown(`step ${step} is not carried out yet`, step);
      return { result: unmade, changed: unmade };
    }
    if (of.outcome === 'undetermined') {
      const waits = new Unknown(of.reason ?? `step ${step} is undetermined`, of.waitsOn?.[0]);
      return { result: waits, changed: waits };
    }
    return { result: of.outcome, changed: of.outcome === 'changed' };
  };
  const { result: own, changed } = seen(result);
  return { result: own, changed, outputs, items: items.map(({ item, result }) => ({ item, ...seen(result) })) };
}

/** The scope with `steps.ID` added. */
export function withStep(scope: Scope, step: string, value: Value): Scope {
  const steps = scope.get('steps');
  const known = isObject(steps) ? (steps as { readonly [step: string]: Value }) : {};
  return extend(scope, [['steps', { ...known, [step]: value }]]);
}
