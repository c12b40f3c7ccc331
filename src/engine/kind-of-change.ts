import { canonicalJson } from '../model/json.ts';
import type { HostPlan } from '../model/plan.ts';

/** What hosts share that are to be changed in the same way: their diagnosis, and by which steps, alternatives and actions. */
export function kindOfChange({ diagnosis, steps }: HostPlan): string {
  const remedies = steps.flatMap((step) => [
    // The host that runs it for all is of another kind, and so goes first.
    ...(step.result.on === undefined ? [] : [canonicalJson([step.id, 'run_once'])]),
    ...step.items.flatMap(({ result, alternative, changes }) =>
      result.outcome === 'would_change'
        ? [canonicalJson([step.id, alternative?.id ?? null, changes.map(({ action }) => action)])]
        : [],
    ),
  ]);
  // How often a step repeats is the host's own affair.
  return canonicalJson([diagnosis, [...new Set(remedies)]]);
}
