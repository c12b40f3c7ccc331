import type { HostHistory } from '../model/history.ts';
import type { Registry } from '../model/pack.ts';
import type { HostOutcome } from '../model/plan.ts';
import type { Verdict } from '../model/result.ts';
import { isUnsettled } from './past.ts';
import { standingChanges } from './standing-changes.ts';

/** The outcome of a host on which this process of a run began nothing. */
export function outcomeUntold(host: string, verdict: Verdict, reason: string): HostOutcome {
  return { host, verdict, reason, diagnosis: reason, symptom: 'unknown', steps: [], notes: [], outputs: {} };
}

/** The same of one that was under way when the run broke off, and could not be reached: what stands there is named. */
export function unknownStill(registry: Registry, { host, units }: HostHistory, reason: string): HostOutcome {
  const standing = units
    .filter(({ rollback }) => rollback !== 'done')
    .flatMap((unit) => standingChanges(registry, unit, () => false).map(({ planned }) => planned.summary));
  return { ...outcomeUntold(host, 'unknown', reason), standing };
}

/** The same of one that answered, and with which a resume may not begin now: it stays as open as it was. */
export function refusedStill(registry: Registry, history: HostHistory, reason: string): HostOutcome {
  const unknown = unknownStill(registry, history, notAsked(reason));
  return history.units.some(isUnsettled)
    ? unknown
    : { ...unknown, verdict: 'refused', reason, diagnosis: reason, stopped: true };
}

/** Why nobody knows how what was begun on a host has ended. */
export function notAsked(reason: string): string {
  return `a fix had begun there, and the host could not be asked: ${reason}`;
}
