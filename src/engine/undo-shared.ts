import { foldNames } from '../model/fold-names.ts';
import type { HostOutcome, HostPlan } from '../model/plan.ts';
import type { SharedStep } from './shared-steps.ts';

/** Keeps the hosts of an undo that hold what others share, until those are taken back. */
export class SharedUndo {
  readonly #order: readonly string[];
  readonly #shared: readonly SharedStep[];
  readonly #done = new Set<string>();

  /** `order`: all hosts of the undo, one after the other. */
  constructor(order: readonly string[], shared: readonly SharedStep[]) {
    this.#order = order;
    this.#shared = shared;
  }

  /** Hears how a host was found, or ended. */
  tell({ host, verdict, steps }: HostPlan | HostOutcome): void {
    const cut = steps.some(({ result: { outcome } }) => outcome === 'failed' || outcome === 'skipped');
    if (verdict === 'healthy' || verdict === 'rolled_back' || (verdict === 'not_fixed' && !cut)) this.#done.add(host);
  }

  /** Why nothing of that host may be taken back yet; `undefined`: nothing is against it. */
  keeps(host: string): string | undefined {
    const before = this.#order.slice(0, this.#order.indexOf(host));
    for (const { step, sharing } of this.#shared.filter((each) => each.host === host)) {
      const open = sharing.filter((name) => before.includes(name) && !this.#done.has(name));
      if (open.length === 0) continue;
      const [is, counts] = open.length === 1 ? ['is', 'counts'] : ['are', 'count'];
      return `${foldNames(open)} ${is} not taken back, and ${counts} on step ${step}, which ran here for all (run_once); undo -l ${host} does not wait for that`;
    }
    return undefined;
  }
}
