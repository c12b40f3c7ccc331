import type { HostHistory } from '../model/history.ts';
import type { StepPlan } from '../model/plan.ts';
import type { StepResult } from '../model/result.ts';
import { Unknown } from '../model/unknown.ts';
import type { Value } from '../model/value.ts';
import type { Shared } from './once-desk.ts';
import { mayHaveBegun } from './past.ts';
import { stepValue } from './scope.ts';

/** Who of an earlier process of a run began a `run_once` step. */
export interface OnceBefore {
  readonly host: string;
  /** Absent: that host goes on with it. */
  readonly shared?: Shared;
}

/**
 * Tells, by a step's key, on which host an earlier process of this run began it, and what it came to as far as the journal tells.
 * `again`: hosts that are gone on with. `undefined`: nobody began it.
 */
export function onceBefore(
  histories: ReadonlyMap<string, HostHistory>,
  again: ReadonlySet<string>,
): (key: string) => OnceBefore | undefined {
  const known = new Map<string, OnceBefore | undefined>();
  return (key) => {
    if (!known.has(key)) known.set(key, find([...histories.values()], again, key));
    return known.get(key);
  };
}

function find(histories: readonly HostHistory[], again: ReadonlySet<string>, key: string): OnceBefore | undefined {
  const began = histories.find((history) => begunUnits(history, key).length > 0);
  if (began !== undefined) {
    return again.has(began.host) ? { host: began.host } : { host: began.host, shared: sharedOf(began, key) };
  }
  // Where nothing had to be changed, its look counts all the same.
  const looked = histories.find((history) => {
    const result = stepOf(history, key)?.result;
    return result?.outcome === 'ok' && result.on === undefined && !again.has(history.host);
  });
  return looked === undefined ? undefined : { host: looked.host, shared: sharedOf(looked, key) };
}

/** What a host began of a step by its key: its own fix, or those of the steps inside it. */
export function begunUnits({ units }: HostHistory, key: string) {
  return units.filter((unit) => {
    const place = String(unit.key[2]);
    return (place === key || place.startsWith(`${key}/`) || place.startsWith(`${key}[`)) && mayHaveBegun(unit);
  });
}

function stepOf({ outcome }: HostHistory, key: string): StepPlan | undefined {
  return outcome?.steps.find(({ id, within = '' }) => `${within}${id}` === key);
}

function sharedOf(history: HostHistory, key: string): Shared {
  const { host, plan } = history;
  const units = begunUnits(history, key);
  // Of alternatives one that did not help was taken back before the next.
  const undone = units.some(({ finished, rollback }) => finished?.outcome === 'changed' && rollback !== undefined);
  const found = stepOf(history, key)?.result ?? { outcome: 'unknown', reason: 'nobody wrote down how it ended' };
  const result: StepResult =
    undone && found.outcome === 'changed' ? { outcome: 'failed', reason: 'it was taken back there' } : found;
  const names = (plan?.snapshots ?? []).flatMap(({ id, value }): readonly (readonly [string, Value])[] => {
    const name = id.startsWith(`${key}.`) ? id.slice(key.length + 1) : '';
    if (!/^[a-z][a-z0-9_]*$/.test(name)) return [];
    // A secret that is part of an answer isn't in the journal.
    const told = value !== undefined && !JSON.stringify(value).includes('***');
    return [[name, told ? value : new Unknown(`read on ${host}, and not in the run's journal`)]];
  });
  const touches = units.flatMap(({ attempts }) =>
    attempts.flatMap(({ changes }) => changes.map(({ on, touches }) => ({ on, touches }))),
  );
  return { host, result, value: stepValue(key, result, [], {}), names, touches, made: true };
}
