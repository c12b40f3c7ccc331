import type { Step } from '../model/runbook.ts';
import type { HostRun } from './host-run.ts';
import { createLimit, type Limit } from './limit.ts';

/** Of a run: a runbook's steps are the same objects for every host. */
export type Throttles = WeakMap<Step, Limit>;

/**
 * Runs a step's work as soon as its `throttle` allows: so many hosts at a time, of all that are at work. `undefined`: the run was
 * stopped while it waited.
 */
export async function throttled<T>(run: HostRun, step: Step, work: () => Promise<T>): Promise<T | undefined> {
  const { throttles, stopping } = run.parts;
  if (step.throttle === undefined || step.runOnce === true || throttles === undefined) return work();
  const limit = throttles.get(step) ?? createLimit(step.throttle);
  throttles.set(step, limit);
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
