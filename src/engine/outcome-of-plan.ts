import type { HostOutcome, HostPlan, StepPlan } from '../model/plan.ts';
import type { StepResult } from '../model/result.ts';
import type { ExecuteOptions } from './execute-plan.ts';

/** Whether a real run has something to do: a change, or a wait that may lead to one. */
export function isDue(plan: HostPlan): boolean {
  const would = (result: StepResult): boolean => result.outcome === 'would_change';
  return (
    plan.waits === true ||
    plan.steps.some((step) => would(step.result) || step.items.some((item) => would(item.result)))
  );
}

/** What a diagnosis comes to when nothing is carried out after it. A real run that cannot decide has failed to. */
export function outcomeOfPlan(plan: HostPlan, mode: ExecuteOptions['mode']): HostOutcome {
  const { verdict, reason } = verdictOfPlan(plan, mode);
  return {
    host: plan.host,
    verdict,
    ...(reason === undefined ? {} : { reason }),
    ...(plan.help === undefined ? {} : { help: plan.help }),
    diagnosis: plan.diagnosis,
    symptom: plan.symptom,
    steps: mode === 'dry_run' ? plan.steps : plan.steps.map(cannotDecide),
    notes: plan.notes,
    ...(plan.see === undefined ? {} : { see: plan.see }),
    outputs: plan.outputs,
  };
}

function verdictOfPlan(plan: HostPlan, mode: ExecuteOptions['mode']): Pick<HostPlan, 'verdict' | 'reason'> {
  if (mode === 'dry_run') return plan;
  if (mode === 'ask' && isDue(plan)) return { verdict: 'refused', reason: 'the plan was not approved' };
  if (plan.verdict === 'undetermined')
    return { verdict: 'not_fixed', reason: `cannot decide: ${plan.reason ?? 'unknown'}` };
  return plan;
}

function cannotDecide(step: StepPlan): StepPlan {
  const settle = (result: StepResult): StepResult =>
    result.outcome === 'undetermined'
      ? { outcome: 'failed', reason: `cannot decide: ${result.reason ?? 'unknown'}` }
      : result;
  return {
    ...step,
    result: settle(step.result),
    items: step.items.map((item) => ({ ...item, result: settle(item.result) })),
  };
}
