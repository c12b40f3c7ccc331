import type { HostHistory, UnitRecord } from '../model/history.ts';
import { canonicalJson } from '../model/json.ts';
import { markerDays } from '../shell/marker.ts';

/** What an earlier process of this run did on one host. */
export interface Past {
  /** The record of a unit by its key's canonical text; how it ended is added once the host was asked. */
  readonly units: Map<string, UnitRecord>;
  /** Those that this walk has come to. */
  readonly met: Set<string>;
  /** Those of which the host was asked by this process how they ended. */
  readonly asked: Set<string>;
  /** Those of them of which the host could not tell, and has said all that it knows: their step may know more. */
  readonly saidAll: Set<string>;
  /** The host had ended, and somebody asked to try it again: it is looked at anew, but for what stands. */
  readonly ended: boolean;
  /** Those that somebody has changed since the host had ended. */
  readonly drifted: Set<string>;
  /** An undo of the run took something back there: nothing stands for sure. */
  readonly undone: boolean;
}

/** A host's past, ready to be asked. */
export function pastOf(history: HostHistory, undone = false): Past {
  return {
    units: new Map(history.units.map((unit) => [canonicalJson(unit.key), unit])),
    met: new Set(),
    asked: new Set(),
    saidAll: new Set(),
    ended: hasEnded(history),
    drifted: new Set(),
    undone,
  };
}

/**
 * Whether a unit is gone on with as it was left: its gate was open, and nothing of it is made again. Of a host that is tried again only
 * what failed, was taken back, or was changed by somebody since, is begun anew.
 */
export function goesOn({ ended, undone, drifted }: Past, unit: UnitRecord): boolean {
  if (!ended || !mayHaveBegun(unit)) return mayHaveBegun(unit);
  if (drifted.has(canonicalJson(unit.key))) return false;
  const { finished, rollback } = unit;
  return !undone && rollback === undefined && (finished === undefined || finished.outcome === 'changed');
}

/**
 * Whether a host's walk came to its end: it has an outcome, is not unknown, was not stopped between two steps, and of nothing
 * that was begun there the end is still to be asked for.
 */
export function hasEnded({ outcome, units }: HostHistory): boolean {
  return outcome !== undefined && outcome.verdict !== 'unknown' && outcome.stopped !== true && !units.some(isUnsettled);
}

/** Whether the journal leaves open what stands of a unit: nobody wrote down how its fix, or its rollback, ended. */
export function isUnsettled({ attempts, rollback }: UnitRecord): boolean {
  const last = attempts.at(-1);
  if (last === undefined || rollback === 'done') return false;
  return rollback === 'begun' || last.result === undefined || last.result.outcome === 'unknown';
}

/** Whether anything of a host is gone on with. */
export function anyGoesOn(past: Past | undefined): boolean {
  return past !== undefined && [...past.units.values()].some((unit) => goesOn(past, unit));
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
