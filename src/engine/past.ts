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
    ended: history.outcome !== undefined && history.outcome.verdict !== 'unknown',
  };
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
export function isOpen({ outcome, units }: HostHistory): boolean {
  return (outcome === undefined || outcome.verdict === 'unknown') && units.some(mayHaveBegun);
}

/** Whether anything of this step's item, by whichever alternative, was begun: then its gate was open, and stays so. */
export function begunBefore({ run, id, within, item }: StepPlace): boolean {
  const prefix = canonicalJson([run.parts.runId, run.planned.host.name, `${within}${id}`]).slice(0, -1);
  const suffix = `,${canonicalJson(item === undefined ? [] : [item])}]`;
  if (run.past === undefined || run.past.ended) return false;
  return [...run.past.units].some(
    ([key, unit]) => key.startsWith(`${prefix},`) && key.endsWith(suffix) && mayHaveBegun(unit),
  );
}
