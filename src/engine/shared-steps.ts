import { foldNames } from '../model/fold-names.ts';
import type { HostHistory } from '../model/history.ts';
import { begunUnits } from './once-before.ts';
import type { EarlierUndos } from './undo-due.ts';

/** A step that one host of a run ran for others too (`run_once`), and whose change may stand there. */
export interface SharedStep {
  readonly step: string;
  readonly host: string;
  /** When it was last begun there. ISO 8601, UTC. */
  readonly at: string;
  /** Who went on with what it came to, and was not taken back since. */
  readonly sharing: readonly string[];
}

/** The steps of a run that one host ran for others, as far as its journal tells. */
export function sharedSteps(histories: readonly HostHistory[], earlier: EarlierUndos): readonly SharedStep[] {
  const found = new Map<string, SharedStep>();
  for (const other of histories) {
    if (isTakenBack(other, earlier)) continue;
    for (const { id, within = '', result } of (other.outcome ?? other.plan)?.steps ?? []) {
      const host = histories.find((history) => history.host === result.on);
      if (host === undefined || result.outcome === 'failed') continue;
      const key = `${within}${id}`;
      const units = begunUnits(host, key).filter((unit) => !unitIsBack(unit, earlier));
      const at = units.map(({ attempts }) => attempts.at(-1)?.at ?? '').sort();
      if (units.length === 0) continue;
      const name = JSON.stringify([host.host, key]);
      const sharing = [...(found.get(name)?.sharing ?? []), other.host];
      found.set(name, { step: key, host: host.host, at: at.at(-1) ?? '', sharing });
    }
  }
  return [...found.values()];
}

/** Hosts in the order of their undo: who holds what others share comes after them, the last such step first. */
export function holdersLast(order: readonly string[], shared: readonly SharedStep[]): readonly string[] {
  const heldAt = (host: string): string =>
    shared
      .filter((step) => step.host === host)
      .map(({ at }) => at)
      .sort()
      .at(-1) ?? '';
  const holders = order.filter((host) => shared.some((step) => step.host === host));
  const others = order.filter((host) => !holders.includes(host));
  return [...others, ...holders.sort((one, other) => heldAt(other).localeCompare(heldAt(one)))];
}

/** What an undo of these hosts alone takes from under others, in words. */
export function lostByOthers(hosts: readonly string[], shared: readonly SharedStep[]): readonly string[] {
  return shared.flatMap(({ step, host, sharing }) => {
    const others = sharing.filter((name) => !hosts.includes(name));
    if (!hosts.includes(host) || others.length === 0) return [];
    const [they, their] = others.length === 1 ? ['it loses', 'its'] : ['they lose', 'their'];
    return `${host} ran step ${step} for ${foldNames(others)} too (run_once): ${they} it with this undo, and ${their} own changes stay`;
  });
}

function isTakenBack({ units }: HostHistory, earlier: EarlierUndos): boolean {
  return units.length > 0 && units.every((unit) => unitIsBack(unit, earlier));
}

function unitIsBack({ key, rollback, attempts }: HostHistory['units'][number], earlier: EarlierUndos): boolean {
  return rollback === 'done' || earlier(key, attempts.at(-1)?.attempt ?? 1)?.takenBack === true;
}
