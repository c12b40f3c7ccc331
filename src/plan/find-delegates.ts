import { decide } from '../expr/cond.ts';
import type { Scope } from '../expr/evaluate.ts';
import { interpolate } from '../expr/interpolate.ts';
import type { Host, Inventory } from '../model/inventory.ts';
import { isObject } from '../model/json.ts';
import type { PlannedHost } from '../model/plan.ts';
import type { Cond, Runbook, Text, Tree } from '../model/runbook.ts';
import { delegatesIn } from '../model/runbook-calls.ts';
import type { Value } from '../model/value.ts';
import { convertGiven } from './resolve-params.ts';

/** Where the hosts of a run delegate to. */
export interface Delegates {
  /** With `delegates`, where they have some. */
  readonly hosts: readonly PlannedHost[];
  /** Each once, as the inventory has it, by name. */
  readonly delegates: readonly Host[];
  readonly problems: readonly string[];
}

/**
 * Every host that the steps of a run may reach besides its own: `params` and `host` alone say which. A host's delegation to itself is
 * none. Where a step's `when` is false whatever is looked at, it delegates to nobody. Pure.
 */
export function findDelegates(runbook: Runbook, inventory: Inventory, hosts: readonly PlannedHost[]): Delegates {
  const known = new Map(inventory.hosts.map((host) => [host.name, host]));
  const found = new Map<string, Host>();
  const strangers = new Map<string, string[]>();
  const planned = hosts.map((each): PlannedHost => {
    const wanted = delegatesOf(runbook, each);
    for (const [name, step] of wanted) {
      const host = known.get(name);
      if (host === undefined)
        strangers.set(key(step, name), [...(strangers.get(key(step, name)) ?? []), each.host.name]);
      else found.set(name, host);
    }
    const names = [...wanted.keys()].sort();
    return names.length === 0 ? each : { ...each, delegates: names };
  });
  const delegates = [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const problems = [...strangers].map(([problem, names]) => `${problem} [${names.slice(0, 3).join(', ')}]`);
  return { hosts: planned, delegates, problems };
}

/** The other hosts that a runbook needs for one: name → the first step that does. */
export function delegatesOf(
  runbook: Runbook,
  { host, params }: Pick<PlannedHost, 'host' | 'params'>,
): ReadonlyMap<string, string> {
  const wanted = new Map<string, string>();
  collect(runbook, tellable(host, params), '', wanted);
  wanted.delete(host.name);
  return wanted;
}

function key(step: string, name: string): string {
  return `step ${step} delegates to ${name === '' ? 'a host without a name' : name}, which the inventory does not have`;
}

/** The names that say where something is carried out. */
function tellable(host: Host, params: { readonly [name: string]: Value }): Scope {
  const { name, vars, groups, connect } = host;
  return new Map<string, Value>([
    ['params', params],
    ['host', { name, address: connect.address, groups, vars }],
  ]);
}

/** Name of a delegate → the first step that needs it. */
function collect(runbook: Runbook, scope: Scope, prefix: string, into: Map<string, string>): void {
  for (const step of runbook.steps) {
    if (isFalse(step.when, scope)) continue;
    const id = `${prefix}${step.id}`;
    for (const { delegateTo, when } of delegatesIn(step)) {
      const name = isFalse(when, scope) ? undefined : nameOf(delegateTo, scope);
      if (name !== undefined && !into.has(name)) into.set(name, id);
    }
    if (step.remediation.kind !== 'use') continue;
    const { runbook: used, with: given } = step.remediation;
    const { params } = convertGiven(used.params, givenOf(given, scope));
    collect(used, new Map([...scope, ['params', params]]), `${id}/`, into);
  }
  for (const { delegateTo } of symptomCalls(runbook)) {
    const name = delegateTo === undefined ? undefined : nameOf(delegateTo, scope);
    if (name !== undefined && !into.has(name)) into.set(name, 'symptom');
  }
}

function symptomCalls({ symptom }: Runbook) {
  return symptom === undefined ? [] : [...symptom.probes, ...symptom.gone.probes];
}

function isFalse(cond: Cond, scope: Scope): boolean {
  return cond.length > 0 && decide(cond, scope).held === false;
}

/** `undefined`: it cannot be told, and fails where it is used. */
function nameOf(text: Text, scope: Scope): string | undefined {
  const told = interpolate(text, scope);
  return told.kind === 'known' && typeof told.value === 'string' ? told.value : undefined;
}

/** What of a `with` can be told without a look. */
function givenOf(given: Tree, scope: Scope): { readonly [name: string]: Value } {
  if (!isObject(given)) return {};
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, tree]) => {
      const told = interpolate(tree as Tree, scope);
      return told.kind === 'known' ? [[name, told.value] as const] : [];
    }),
  );
}
