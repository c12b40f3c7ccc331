import type { Scope } from '../expr/evaluate.ts';
import type { Step } from '../model/runbook.ts';
import { placeOfCall } from './delegate.ts';
import { createLimit, type Limit } from './limit.ts';
import type { StepPlace } from './step-place.ts';

/** Of a run: a runbook's steps are the same objects for every host. By the host that a step delegates to; `''`: none. */
export type Throttles = WeakMap<Step, Map<string, Limit>>;

/**
 * Runs a step's work as soon as its `throttle` allows: so many hosts at a time, of all that are at work, or of those that
 * delegate it to the same host. `undefined`: the run was stopped while it waited.
 */
export async function throttled<T>(
  { run, step }: StepPlace,
  scope: Scope,
  work: () => Promise<T>,
): Promise<T | undefined> {
  const { throttles, stopping } = run.parts;
  if (step.throttle === undefined || step.runOnce === true || throttles === undefined) return work();
  const where = placeOfCall(run, step.delegateTo, scope);
  const on = 'on' in where ? (where.on ?? '') : '';
  const limits = throttles.get(step) ?? new Map<string, Limit>();
  throttles.set(step, limits);
  const limit = limits.get(on) ?? createLimit(step.throttle);
  limits.set(on, limit);
  return limit(async () => {
    if (stopping.aborted) return undefined;
    run.held.push(limit);
    try {
      return await work();
    } finally {
      run.held.pop();
    }
  });
}
