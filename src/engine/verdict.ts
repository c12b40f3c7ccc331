import { assertNever } from '../model/assert-never.ts';
import type { HostPlan, StepPlan } from '../model/plan.ts';
import type { Verdict } from '../model/result.ts';
import type { HostEnd } from './host-end.ts';

/** What a host's walk came to, as far as the verdict depends on it. */
export interface Walked {
  readonly symptom: HostPlan['symptom'];
  /** Why the symptom is unknown, where it is. */
  readonly unseen: readonly string[];
  readonly steps: readonly StepPlan[];
  readonly end: HostEnd | undefined;
  /** Some step failed and the runbook said to go on. */
  readonly bad: boolean;
  /** Steps whose fix was left out, though their gate was open, and why. */
  readonly openLeft: ReadonlyMap<string, string>;
}

export interface Judged {
  readonly verdict: Verdict;
  readonly reason?: string;
}

/** A dry run's verdict. `would_fix` promises a proved change, not a cure. */
export function judgePlan(walked: Walked): Judged {
  const { symptom, steps, end } = walked;
  if (end !== undefined) return judgeEnd(end);
  if (symptom === 'unknown') return { verdict: 'undetermined', reason: notSeen(walked.unseen) };
  const failed = steps.find((step) => step.result.outcome === 'failed');
  if (failed !== undefined)
    return { verdict: 'not_fixed', reason: `step ${failed.id}: ${failed.result.reason ?? 'failed'}` };
  const stuck = steps.find(
    (step) => step.result.outcome === 'undetermined' && (step.result.waitsOn ?? []).length === 0,
  );
  if (stuck !== undefined) return { verdict: 'undetermined', reason: `step ${stuck.id}: ${stuck.result.reason ?? ''}` };
  if (has(steps, 'would_change')) return { verdict: 'would_fix' };
  const waits = steps.find((step) => step.result.outcome === 'undetermined');
  if (waits !== undefined) return { verdict: 'undetermined', reason: `step ${waits.id}: ${waits.result.reason ?? ''}` };
  if (symptom === 'present') return { verdict: 'not_fixed', reason: notApplied(walked) };
  return nothingDone(walked);
}

/** A real run's verdict. The symptom alone decides whether something was fixed. */
export function judgeRun(walked: Walked & { readonly gone: boolean; readonly undone: boolean }): Judged {
  const { symptom, steps, end, gone, undone, bad } = walked;
  const changed = has(steps, 'changed');
  if (end?.kind === 'interrupted' && changed) {
    return { verdict: 'not_fixed', reason: `${end.reason} between two steps; what was changed stays` };
  }
  if (gone && (end?.kind === 'failed' || end?.kind === 'rolled_back') && end.prevent) {
    return { verdict: 'fixed', reason: `the symptom is gone, but step ${end.step} failed: ${end.reason}` };
  }
  if (undone && end?.kind === 'concluded') {
    return { verdict: 'rolled_back', reason: `the symptom was still there: ${end.message}` };
  }
  if (end !== undefined) return judgeEnd(end);
  if (symptom === 'unknown') return { verdict: 'not_fixed', reason: `cannot decide: ${notSeen(walked.unseen)}` };
  if (undone) return { verdict: 'rolled_back', reason: 'the symptom was still there after the last step' };
  if (bad) return { verdict: 'not_fixed', reason: 'some steps failed' };
  switch (symptom) {
    case 'absent':
      return { verdict: 'healthy' };
    case 'none':
      return changed ? { verdict: 'fixed' } : nothingDone(walked);
    case 'present': {
      if (gone) return { verdict: 'fixed' };
      const reason = changed ? 'the symptom is still there; its changes were kept' : notApplied(walked);
      return { verdict: 'not_fixed', reason };
    }
    default:
      return assertNever(symptom);
  }
}

/** Where no symptom decides, an open gate says that something is wrong: a host that was not mended is not healthy. */
function nothingDone({ symptom, openLeft }: Walked): Judged {
  if (symptom !== 'none' || openLeft.size === 0) return { verdict: 'healthy' };
  return { verdict: 'not_fixed', reason: `left out though its gate is open: ${leftText(openLeft)}` };
}

function notApplied({ openLeft }: Walked): string {
  if (openLeft.size === 0) return 'the symptom is there, and no step applies';
  return `the symptom is there, and what applies was left out: ${leftText(openLeft)}`;
}

function leftText(openLeft: Walked['openLeft']): string {
  const [why] = openLeft.values();
  return `${[...openLeft.keys()].join(', ')} (${why})`;
}

function notSeen(why: readonly string[]): string {
  return ['the symptom could not be looked at', ...new Set(why)].join(': ');
}

function judgeEnd(end: HostEnd): Judged {
  switch (end.kind) {
    case 'concluded':
      return { verdict: end.verdict, reason: end.message };
    case 'failed':
      return { verdict: 'not_fixed', reason: `step ${end.step}: ${end.reason}` };
    case 'rolled_back':
      return { verdict: 'rolled_back', reason: `step ${end.step}: ${end.reason}` };
    case 'rollback_failed':
      return { verdict: 'rollback_failed', reason: `step ${end.step}: ${end.reason}` };
    case 'unknown':
      return { verdict: 'unknown', reason: `step ${end.step}: ${end.reason}` };
    case 'refused':
      return { verdict: 'refused', reason: end.reason };
    case 'interrupted':
      return { verdict: 'not_started', reason: end.reason };
    default:
      return assertNever(end);
  }
}

function has(steps: readonly StepPlan[], outcome: StepPlan['result']['outcome']): boolean {
  return steps.some(
    (step) => step.result.outcome === outcome || step.items.some((item) => item.result.outcome === outcome),
  );
}

/** The group key of summaries and canaries: the conclusion, or the titles of the open steps with the kinds of their changes. */
export function diagnosisOf(walked: Walked, judged: Judged): string {
  const { end, symptom, steps } = walked;
  if (end?.kind === 'concluded') return end.message;
  if (symptom === 'absent' && !has(steps, 'would_change') && !has(steps, 'changed')) return 'no symptom';
  const open = steps.flatMap(({ title, result, items }) => {
    const { on, outcome } = result;
    if (on !== undefined && (outcome === 'would_change' || outcome === 'changed')) return [`${title} [on ${on}]`];
    return items.flatMap((item) => {
      if (item.changes.length === 0) return [];
      const kinds = [...new Set(item.changes.map((change) => change.action))].join(', ');
      return [`${item.title} [${kinds}]`];
    });
  });
  if (open.length > 0) return open.join(' · ');
  return judged.reason ?? 'nothing to do';
}
