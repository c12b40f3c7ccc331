import { HostFailure } from '../model/host-failure.ts';
import type { HostOutcome, HostPlan, PlannedChange, PlannedHost } from '../model/plan.ts';
import type { Runbook } from '../model/runbook.ts';
import type { EngineParts, HostRun } from './host-run.ts';
import { lookAtSymptom, symptomGone } from './look-at-symptom.ts';
import { approvalKey } from './make-unit.ts';
import { evaluateOutputs, runSteps } from './run-steps.ts';
import { baseScope } from './scope.ts';
import type { Session } from './session.ts';
import { diagnosisOf, judgePlan, judgeRun, type Walked } from './verdict.ts';

/** One host to walk: its wire, and the runbook with its params. */
export interface Walk {
  readonly parts: EngineParts;
  readonly session: Session;
  readonly planned: PlannedHost;
  readonly runbook: Runbook;
}

/**
 * Looks at everything, changes nothing, and gives what it found as a JSON value. A dry run ends here. Throws a
 * HostFailure only when the connection is lost.
 */
export async function diagnose(walk: Walk): Promise<HostPlan> {
  const run = newRun(walk, undefined);
  const { symptom, walked, scope } = await go(run);
  const judged = judgePlan(walked);
  const see = walked.end?.kind === 'concluded' ? walked.end.see : undefined;
  const plan: HostPlan = {
    host: walk.planned.host.name,
    verdict: judged.verdict,
    ...(judged.reason === undefined ? {} : { reason: judged.reason }),
    diagnosis: diagnosisOf(walked, judged),
    symptom: symptom.state,
    symptomReasons: symptom.reasons,
    steps: run.steps,
    notes: run.notes,
    ...(see === undefined ? {} : { see }),
    snapshots: run.snapshots,
    declaredProbes: run.declaredProbes,
    traces: [...run.traces],
    outputs: evaluateOutputs(walk.runbook, scope),
  };
  await walk.parts.emit({ type: 'host.planned', host: plan.host, plan });
  return plan;
}

/** Carries out what a plan found due: looks again only where something changed since, applies, verifies, rolls back. */
export async function carryOut(walk: Walk, plan: HostPlan): Promise<HostOutcome> {
  const run = newRun(walk, plan);
  try {
    return await carriedOut(run);
  } catch (error) {
    if (!(error instanceof HostFailure) || !run.fixBegun) throw error;
    return lostAfterChange(run, plan, error);
  }
}

/** The wire broke after a fix had begun: what holds there now can't be told from here. */
function lostAfterChange(run: HostRun, plan: HostPlan, failure: HostFailure): HostOutcome {
  const changed = run.made.map((made) => made.planned.summary).join('; ');
  const reason = `${failure.message} after a fix had begun${changed === '' ? '' : ` (${changed})`}`;
  return {
    host: plan.host,
    verdict: 'unknown',
    reason,
    diagnosis: plan.diagnosis,
    symptom: 'unknown',
    steps: run.steps,
    notes: run.notes,
    outputs: {},
  };
}

async function carriedOut(run: HostRun): Promise<HostOutcome> {
  const { symptom, walked, scope, gone, undone } = await go(run);
  const judged = judgeRun({ ...walked, gone, undone });
  const see = walked.end?.kind === 'concluded' ? walked.end.see : undefined;
  const reason = run.failedUndo ?? judged.reason;
  return {
    host: run.planned.host.name,
    verdict: run.failedUndo === undefined ? judged.verdict : 'rollback_failed',
    ...(reason === undefined ? {} : { reason }),
    diagnosis: diagnosisOf(walked, judged),
    symptom: gone ? 'absent' : symptom.state,
    steps: run.steps,
    notes: run.notes,
    ...(see === undefined ? {} : { see }),
    outputs: evaluateOutputs(run.runbook, scope),
  };
}

/** Without a plan: a dry run. */
function newRun(walk: Walk, plan: HostPlan | undefined): HostRun {
  return {
    ...walk,
    dryRun: plan === undefined,
    earlier: new Map((plan?.snapshots ?? []).map((snapshot) => [snapshot.id, snapshot])),
    approved: plan === undefined ? new Map() : plannedChanges(plan),
    told: new Set(plan?.notes ?? []),
    pending: [],
    made: [],
    standing: [],
    snapshots: [],
    traces: new Set(),
    notes: [],
    steps: [],
    declaredProbes: 0,
    fixBegun: false,
    failedUndo: undefined,
  };
}

function plannedChanges(plan: HostPlan): ReadonlyMap<string, readonly PlannedChange[]> {
  return new Map(
    plan.steps.flatMap((step) =>
      step.items.flatMap(({ item, changes, alternative }) =>
        changes.length === 0 ? [] : [[approvalKey(step.id, item, alternative?.id), changes] as const],
      ),
    ),
  );
}

async function go(run: HostRun) {
  const { parts, planned, runbook } = run;
  const base = baseScope(planned.host, planned.params, { id: parts.runId, startedAt: parts.startedAt });
  const symptom = await lookAtSymptom(run, base);
  const absent = symptom.state === 'absent' ? 'symptom absent' : undefined;
  const blind = symptom.state === 'unknown' ? 'the symptom could not be looked at' : undefined;
  const { scope, end, bad, gone } = await runSteps(run, runbook, symptom.scope, '', {
    onlyPrevent: blind ?? absent,
    gone: (seen) => symptomGone(run, seen, 'after_fix'),
  });
  const walked: Walked = { symptom: symptom.state, steps: run.steps, end, bad };
  const wide = { symptom, walked, scope, gone, undone: false };
  const still = !run.dryRun && symptom.state === 'present' && !gone;
  if (end?.kind === 'rolled_back' && needsAll(run, end.step)) await undoAll(run);
  if (!still || run.standing.length === 0 || (end !== undefined && end.kind !== 'concluded')) return wide;
  // Every change was followed by a look; a last one is due only where a conclusion came after it.
  if (runbook.ifNotFixed === 'keep') return wide;
  await undoAll(run);
  return { ...wide, undone: end === undefined && run.failedUndo === undefined };
}

function needsAll(run: HostRun, step: string): boolean {
  return run.runbook.steps.some((candidate) => candidate.id === step && candidate.onFailure === 'rollback_all');
}

/** Undoes every standing unit of this run on this host, the last first. */
async function undoAll(run: HostRun): Promise<void> {
  for (const unit of [...run.standing].reverse()) {
    try {
      const left = await unit.takeBack();
      if (left !== undefined) run.failedUndo = `${unit.step}: ${left}`;
    } catch (error) {
      if (!(error instanceof HostFailure)) throw error;
      run.failedUndo = `${unit.step}: ${error.message}`;
    }
    if (run.failedUndo !== undefined) return;
  }
  run.standing.length = 0;
}
