import type { HostHistory, UnitRecord } from '../model/history.ts';
import { canonicalJson } from '../model/json.ts';
import { markerDays } from '../shell/marker.ts';
import type { StepPlace } from './step-place.ts';

/** What an earlier process of this run did on one host. */
export interface Past {
  /** The record of a unit by its key's canonical text. */
  readonly units: ReadonlyMap<string, UnitRecord>;
  /** The host had ended, and somebody asked to try it again: what was done is looked at like anybody's, and counted on. */
  readonly ended: boolean;
}

/** A host's past, ready to be asked. */
export function pastOf(history: HostHistory): Past {
  return {
    units: new Map(history.units.map((unit) => [canonicalJson(unit.key), unit])),
    ended: hasEnded(history),
  };
}

/** Whether a host's walk came to its end: it has an outcome, is not unknown, and was not stopped between two steps. */
export function hasEnded({ outcome }: HostHistory): boolean {
  return outcome !== undefined && outcome.verdict !== 'unknown' && outcome.stopped !== true;
}

/** Why this is not the host that an earlier process, or run, was at; as far as both are known. */
export function otherHost(
  was: Pick<HostHistory, 'hostKey' | 'machineId'>,
  {
    hostKey: key,
    machineId: machine,
  }: { readonly hostKey?: string | undefined; readonly machineId?: string | undefined },
): string | undefined {
  if (was.hostKey !== undefined && key !== undefined && was.hostKey !== key) {
    return `this is not the host of the run: its key is ${key}, it was ${was.hostKey}`;
  }
  return was.machineId !== undefined && machine !== undefined && was.machineId !== machine
    ? `this is not the host of the run: its machine-id is ${machine}, it was ${was.machineId}`
    : undefined;
}

/** Whether something of a unit may have been begun on the host. */
export function mayHaveBegun(unit: UnitRecord): boolean {
  return unit.attempts.some(({ result }) => result?.outcome !== 'not_started');
}

/** A day less than they are kept at least: the clocks of two machines are in it. */
const surelyKeptMs = (markerDays - 1) * 86_400_000;

/** Whether the host's marker of something begun then (ISO 8601) may have been swept: that it is missing proves nothing. */
export function markerMayBeGone(at: string, now: number): boolean {
  return !(now - Date.parse(at) < surelyKeptMs);
}

/** Whether a host's walk has to go on where an earlier process of the run left it. */
export function isOpen(history: HostHistory): boolean {
  return !hasEnded(history) && history.units.some(mayHaveBegun);
}

/** Whether anything of this step's item, by whichever alternative, was begun: then its gate was open, and stays so. */
export function begunBefore({ run, id, within, item }: StepPlace): boolean {
  if (run.past === undefined || run.past.ended) return false;
  const prefix = canonicalJson([run.parts.runId, run.planned.host.name, `${within}${id}`]).slice(0, -1);
  const suffix = `,${canonicalJson(item === undefined ? [] : [item])}]`;
  return [...run.past.units].some(
    ([key, unit]) => key.startsWith(`${prefix},`) && key.endsWith(suffix) && mayHaveBegun(unit),
  );
}
