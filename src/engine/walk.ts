import { HostFailure } from '../model/host-failure.ts';
import type { HostOutcome, HostPlan, PlannedChange, PlannedHost } from '../model/plan.ts';
import { needsLook } from '../model/result.ts';
import type { Runbook } from '../model/runbook.ts';
import { approvalKey } from './approval.ts';
import { becomeOf } from './delegate.ts';
import { evaluateOutputs } from './evaluate-outputs.ts';
import { helpOf, reasonFor } from './helps.ts';
import type { HostEnd } from './host-end.ts';
import { lockNote } from './host-lock.ts';
import type { EngineParts, HostRun } from './host-run.ts';
import { lookAtSymptom, symptomGone } from './look-at-symptom.ts';
import { anyGoesOn, type Past } from './past.ts';
import { forgetDrifted } from './resume-unit.ts';
import { leftByPlan } from './run-once.ts';
import { runSteps, type StepsEnd } from './run-steps.ts';
import { baseScope } from './scope.ts';
import type { Session } from './session.ts';
import { settleBegun, withNotMet } from './settle-begun.ts';
import { topLevel } from './step-place.ts';
import { diagnosisOf, judgePlan, judgeRun, type Walked } from './verdict.ts';

/** One host to walk: its wire, and the runbook with its params. */
export interface Walk {
  readonly parts: EngineParts;
  readonly session: Session;
  readonly planned: PlannedHost;
  readonly runbook: Runbook;
  /** What an earlier process of this run did on the host; for `diagnose` it counts only where the host had ended. */
  readonly past?: Past;
  /** Who holds the host's lock, for `diagnose`: asked already, and told as a note. */
  readonly locked?: Promise<string | undefined>;
  /** The plan was saved, shown and approved: for what it shows `carryOut` needs nobody's word. */
  readonly reviewed?: true;
  /** That plan, for `diagnose`. */
  readonly shown?: HostPlan;
}

/** The two halves of a host's run, and nothing between them but somebody's approval. */
export interface Walker {
  diagnose(walk: Walk): Promise<HostPlan>;
  carryOut(walk: Walk, plan: HostPlan): Promise<HostOutcome>;
}

/**
 * Looks at everything, changes nothing, and gives what it found as a JSON value. A dry run ends here. Throws a
 * HostFailure only when the connection is lost.
 */
export async function diagnose(walk: Walk): Promise<HostPlan> {
  const run = newRun(walk, undefined);
  await forgetDrifted(run);
  const { symptom, walked, scope } = await go(run);
  const judged = judgePlan(walked);
  const locked = await walk.locked;
  if (locked !== undefined) run.notes.push(locked);
  if (walk.locked !== undefined) run.notes.push(...(await locksElsewhere(run)));
  const see = walked.end?.kind === 'concluded' ? walked.end.see : undefined;
  const plan: HostPlan = {
    host: walk.planned.host.name,
    verdict: judged.verdict,
    ...(judged.reason === undefined ? {} : { reason: judged.reason }),
    ...(needsLook(judged.verdict, false) ? helpOf(run) : {}),
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
    ...(run.waits ? { waits: true as const } : {}),
  };
  await walk.parts.emit({ type: 'host.planned', host: plan.host, plan });
  return plan;
}

/** Who holds the locks of the other hosts that were looked at. */
async function locksElsewhere(run: HostRun): Promise<readonly string[]> {
  const notes = await Promise.all(
    [...run.delegated].map(async ([on, opening]) => {
      const note = await lockNote(await opening, becomeOf(run, run.runbook, undefined, undefined, on));
      return note === undefined ? [] : [`${on}: ${note}`];
    }),
  );
  return notes.flat();
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
  const reason = `${reasonFor(run, failure)} after a fix had begun${changed === '' ? '' : ` (${changed})`}`;
  return {
    host: plan.host,
    verdict: 'unknown',
    reason,
    ...helpOf(run),
    diagnosis: plan.diagnosis,
    symptom: 'unknown',
    steps: run.steps,
    notes: run.notes,
    outputs: {},
    standing: run.made.map((made) => made.planned.summary),
  };
}

async function carriedOut(run: HostRun): Promise<HostOutcome> {
  await forgetDrifted(run);
  await settleBegun(run);
  return withNotMet(run, await walkedThrough(run));
}

async function walkedThrough(run: HostRun): Promise<HostOutcome> {
  const { symptom, walked, scope, gone, undone } = await go(run);
  const judged = judgeRun({ ...walked, gone, undone });
  const see = walked.end?.kind === 'concluded' ? walked.end.see : undefined;
  const reason = run.failedUndo ?? judged.reason;
  const verdict = run.failedUndo === undefined ? judged.verdict : 'rollback_failed';
  return {
    host: run.planned.host.name,
    verdict,
    ...(reason === undefined ? {} : { reason }),
    ...(needsLook(verdict, false) ? helpOf(run) : {}),
    diagnosis: diagnosisOf(walked, judged),
    symptom: gone ? 'absent' : symptom.state,
    steps: run.steps,
    notes: run.notes,
    ...(see === undefined ? {} : { see }),
    outputs: evaluateOutputs(run.runbook, scope),
    standing: run.made.map((made) => made.planned.summary),
    ...(walked.end?.kind === 'interrupted' ? { stopped: true as const } : {}),
  };
}

/** Without a plan: a dry run. */
export function newRun(walk: Walk, plan: HostPlan | undefined): HostRun {
  const shown = plan ?? walk.shown;
  // A diagnosis is nobody's second walk; but what stands on a host that is tried again is not due there.
  const past = plan === undefined && walk.past?.ended !== true ? undefined : walk.past;
  return {
    dryRun: plan === undefined,
    earlier: new Map((plan?.snapshots ?? []).map((snapshot) => [snapshot.id, snapshot])),
    delegated: new Map(),
    approved: plan === undefined ? new Map() : plannedChanges(plan),
    decided: new Set(
      (plan?.steps ?? [])
        .filter(({ result }) => result.outcome !== 'undetermined' && result.on === undefined)
        .map(({ id }) => id),
    ),
    leftTo: shown === undefined ? new Map() : leftByPlan(shown),
    held: [],
    told: new Set(plan?.notes ?? []),
    pending: [],
    made: [],
    touchedElsewhere: [],
    standing: [],
    snapshots: [],
    traces: new Set(),
    notes: [],
    helps: new Set(),
    steps: [],
    leftOut: new Set(),
    openLeft: new Map(),
    declaredProbes: 0,
    waits: false,
    fixBegun: anyGoesOn(past),
    failedUndo: undefined,
    // Not first: Node takes many times longer for members that come after a spread.
    ...walk,
    past,
  };
}

function plannedChanges(plan: HostPlan): ReadonlyMap<string, readonly PlannedChange[]> {
  return new Map(
    plan.steps.flatMap((step) =>
      step.items.flatMap(({ item, changes, alternative }) => {
        const place = { id: step.id, within: step.within ?? '', item: item === null ? undefined : item };
        return changes.length === 0 ? [] : [[approvalKey(place, alternative?.id), changes] as const];
      }),
    ),
  );
}

async function go(run: HostRun) {
  const { parts, planned, runbook } = run;
  const base = baseScope(planned.host, planned.params, { id: parts.runId, startedAt: parts.startedAt });
  const symptom = await lookAtSymptom(run, base);
  const steps = await runSteps(run, runbook, symptom.scope, topLevel, {
    onlyPrevent: symptom.state === 'absent' ? 'symptom absent' : undefined,
    none: symptom.state === 'unknown' ? 'the symptom could not be looked at' : undefined,
    gone: (seen) => symptomGone(run, seen, 'after_fix'),
  });
  const { scope, end, bad } = steps;
  const unseen = symptom.unknowns.map((unknown) => unknown.reason);
  const walked: Walked = { symptom: symptom.state, unseen, steps: run.steps, end, bad, openLeft: run.openLeft };
  const done = { symptom, walked, scope, gone: steps.gone, undone: false };
  if (run.dryRun || symptom.state === 'none') {
    if (undoesAll(end)) await undoAll(run);
    return done;
  }
  const gone = steps.gone || (await goneAtTheEnd(run, steps, symptom.state));
  if (undoesAll(end)) await undoAll(run);
  const finished = end === undefined || (end.kind === 'concluded' && end.verdict === 'not_fixed');
  const left = symptom.state === 'present' && !gone && finished && run.standing.length > 0;
  if (!left || runbook.ifNotFixed === 'keep') return { ...done, gone };
  await undoAll(run);
  return { ...done, gone, undone: run.failedUndo === undefined };
}

/** Something may have ended the symptom after the last look: a wait, a step that finished what an earlier one began. */
async function goneAtTheEnd(run: HostRun, steps: StepsEnd, state: HostPlan['symptom']): Promise<boolean> {
  const changed = run.standing.length > 0 || run.touchedElsewhere.length > 0;
  const due = state === 'present' && steps.end === undefined && steps.lookIsOld && changed;
  return due && (await symptomGone(run, steps.scope, 'last'));
}

function undoesAll(end: HostEnd | undefined): boolean {
  return (end?.kind === 'failed' || end?.kind === 'rolled_back') && end.undoAll;
}

/** Undoes every standing unit of this run on this host, the last first. */
async function undoAll(run: HostRun): Promise<void> {
  for (const unit of [...run.standing].reverse()) {
    try {
      const left = await unit.takeBack();
      if (left !== undefined) run.failedUndo = `${unit.step}: ${left}`;
    } catch (error) {
      if (!(error instanceof HostFailure)) throw error;
      run.failedUndo = `${unit.step}: ${reasonFor(run, error)}`;
    }
    if (run.failedUndo !== undefined) return;
  }
  run.standing.length = 0;
}
