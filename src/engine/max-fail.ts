import type { HostOutcome } from '../model/plan.ts';
import type { Verdict } from '../model/result.ts';
import { type Count, countOf } from '../model/rollout.ts';

/** A host that ended otherwise than a rollout may take for granted. */
export interface BadHost {
  readonly host: string;
  readonly verdict: Verdict;
  /** The first host of its kind, which took back whatever it had begun: it has cost its kind, as it is there to. */
  readonly spentItself: boolean;
}

const bad: ReadonlySet<Verdict> = new Set<Verdict>([
  'not_fixed',
  'rolled_back',
  'rollback_failed',
  'undetermined',
  'refused',
  'unreachable',
  'unknown',
]);

/** Whether a host on which something was due, or which could not be asked, counts as bad. */
export function isBad(verdict: Verdict): boolean {
  return bad.has(verdict);
}

/** Whether what a first host did stands nowhere any more. */
export function tookBack({ verdict, standing }: HostOutcome): boolean {
  return (verdict === 'rolled_back' || verdict === 'not_fixed') && (standing ?? []).length === 0;
}

/** How many hosts are named. */
const named = 3;

/**
 * Why nobody else may begin; `undefined`: nothing is against it. What the runbook or the command line says holds for all bad hosts,
 * of the run and of each batch, a percentage of the hosts of either. Where nobody says anything, no host may be bad, but for a
 * first host that took back what it had begun.
 */
export function overMaxFail(
  maxFail: Count | undefined,
  all: { readonly bad: readonly BadHost[]; readonly hosts: number },
  batch: { readonly bad: readonly BadHost[]; readonly hosts: number },
): string | undefined {
  for (const { scope, counted, hosts } of [
    { scope: '', counted: all.bad, hosts: all.hosts },
    { scope: ' of a batch', counted: batch.bad, hosts: batch.hosts },
  ]) {
    const spent = maxFail === undefined ? counted.filter(({ spentItself }) => !spentItself) : counted;
    const allowed = maxFail === undefined ? 0 : countOf(maxFail, hosts);
    if (spent.length <= allowed) continue;
    const how = spent.slice(0, named).map(({ host, verdict }) => `${host} ${verdict.replaceAll('_', ' ')}`);
    const more = spent.length > named ? `, and ${spent.length - named} more` : '';
    const many = `${spent.length} ${spent.length === 1 ? 'host' : 'hosts'}${scope}`;
    return `${many} went wrong (${how.join(', ')}${more}), and max_fail allows ${allowed === 0 ? 'none' : allowed}`;
  }
  return undefined;
}
