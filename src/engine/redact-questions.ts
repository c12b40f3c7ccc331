import type { HostOutcome, HostPlan } from '../model/plan.ts';
import type { ExecuteOptions, RunResult } from './execute-plan.ts';
import type { Approval } from './host-run.ts';
import type { Redactor } from './redact.ts';

/** The same options; what the operator is asked passes the redactor as events do. */
export function redactQuestions<T extends Pick<ExecuteOptions, 'approvePlan' | 'approve'>>(
  options: T,
  redactor: Redactor,
): T {
  return {
    ...options,
    approvePlan: (plans: readonly HostPlan[], due: readonly string[]) =>
      options.approvePlan(
        plans.map((plan) => shownPlan(plan, redactor)),
        due,
      ),
    approve: (approval: Approval) => options.approve({ ...approval, text: redactor.text(approval.text) }),
  };
}

/** What a run gives back, as it was told in events. */
export function redactResult(result: RunResult, redactor: Redactor): RunResult {
  return {
    ...result,
    plans: result.plans.map((plan) => shownPlan(plan, redactor)),
    outcomes: result.outcomes.map((outcome) => shownOutcome(outcome, redactor)),
  };
}

/** As the event that tells of it, whose own names stay as they are. */
function shownPlan(plan: HostPlan, redactor: Redactor): HostPlan {
  return redactor.value({ type: 'host.planned', seq: 0, plan }).plan;
}

function shownOutcome(outcome: HostOutcome, redactor: Redactor): HostOutcome {
  return redactor.value({ type: 'host.finished', seq: 0, outcome }).outcome;
}
