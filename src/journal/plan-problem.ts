import type { SavedPlan } from '../model/saved-plan.ts';

/** Why a plan isn't carried out, whatever its hosts are like by now; `undefined`: nothing is against it. Pure. */
export function planProblem(plan: SavedPlan, mendgate: string, now: number): string | undefined {
  if (now >= Date.parse(plan.expires)) return `the plan expired at ${plan.expires}; make a new one`;
  if (plan.mendgate !== mendgate) {
    return `the plan was made by mendgate ${plan.mendgate}, and this is ${mendgate}, which may do things otherwise; make a new one`;
  }
  return undefined;
}
