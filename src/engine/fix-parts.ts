import type { Shared } from '../model/action.ts';
import type { Command } from '../model/command.ts';
import type { Json } from '../model/json.ts';
import type { FixPart } from '../model/transport.ts';
import type { DueChange } from './inspect-calls.ts';
import { plainJson } from './plain-json.ts';

/** Changes that are made, or not made, together: one change, or the neighbours that share a transaction. */
export interface Part {
  readonly changes: readonly DueChange[];
  readonly requests: readonly FixPart[];
}

/** A fix's changes as parts of its script, in order; neighbours share a transaction where their actions say how. */
export function fixParts(changes: readonly DueChange[]): readonly Part[] {
  return neighbours(changes, (due) => sharing(due)?.transaction).flatMap((group) => {
    const leads = group.some((due) => sharing(due)?.onlyJoins === false);
    return group.length > 1 && leads ? [sharedPart(group)] : neighbours(group, (due) => due.action).flatMap(ownParts);
  });
}

/** Runs of changes with the same key; one without a key is alone. */
function neighbours<K>(
  changes: readonly DueChange[],
  keyOf: (due: DueChange) => K | undefined,
): readonly (readonly DueChange[])[] {
  const groups: { key: K | undefined; changes: DueChange[] }[] = [];
  for (const due of changes) {
    const key = keyOf(due);
    const last = groups.at(-1);
    if (last !== undefined && last.key === key) last.changes.push(due);
    else groups.push({ key, changes: [due] });
  }
  return groups.map((group) => group.changes);
}

function sharing({ action, change }: DueChange): Shared<Json> | undefined {
  return action.shared?.line(change) === undefined ? undefined : action.shared;
}

/**
 * One transaction for all, in front of the first change's own part. Each change keeps a part of its own: that is how
 * simulated hosts, records and journals tell what is made.
 */
function sharedPart(group: readonly DueChange[]): Part {
  const lines = group.flatMap(({ action, change }) => action.shared?.line(change) ?? []);
  const timeouts = group.flatMap(({ timeoutMs }) => timeoutMs ?? []);
  const timeoutMs = timeouts.length === 0 ? undefined : Math.max(...timeouts);
  const commit = group[0]?.action.shared?.commit(lines);
  const requests = group.map((due, index) => {
    const first = index === 0 && commit !== undefined ? bounded(timeoutMs, [commit]) : [];
    const rest = bounded(due.timeoutMs, due.action.shared?.rest?.(due.change) ?? []);
    const commands = [...first, ...rest];
    return part(due.action.name, due.change, commands.length === 0 ? [{ argv: ['true'] }] : commands);
  });
  return { changes: group, requests };
}

/** Neighbours of one action, merged where it says how. */
function ownParts(group: readonly DueChange[]): readonly Part[] {
  const [first] = group;
  if (first === undefined) return [];
  const { action } = first;
  const merged = action.merge(group.map((due) => due.change));
  if (merged.length === group.length) {
    return group.map((due) => ({
      changes: [due],
      requests: [part(action.name, due.change, bounded(due.timeoutMs, action.apply(due.change)))],
    }));
  }
  const commands = merged.flatMap((change) => action.apply(change));
  return [{ changes: group, requests: [part(action.name, merged, commands)] }];
}

function bounded(timeoutMs: number | undefined, commands: readonly Command[]): readonly Command[] {
  return timeoutMs === undefined ? commands : commands.map((command) => ({ ...command, timeoutMs }));
}

function part(name: string, change: Json | readonly Json[], commands: FixPart['commands']): FixPart {
  return { label: { kind: 'apply', name, params: { change: plainJson(change) } }, commands };
}
