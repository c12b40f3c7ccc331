import type { Decision } from '../expr/cond.ts';
import type { Scope } from '../expr/evaluate.ts';
import { HostFailure } from '../model/host-failure.ts';
import type { Reason } from '../model/plan.ts';
import type { Check } from '../model/runbook.ts';
import type { Unknown } from '../model/unknown.ts';
import { reasonFor } from './helps.ts';
import type { HostRun } from './host-run.ts';
import { type Look, readProbes } from './read-probes.ts';
import { decideTraced } from './trace-conditions.ts';

export interface CheckResult {
  readonly held: boolean;
  /** In a dry run: true when it could not be foreseen. */
  readonly unknown: boolean;
  readonly unknowns: readonly Unknown[];
  readonly reasons: readonly Reason[];
  readonly looks: number;
}

/**
 * Looks until all of `that` holds, every `every`, at most `within`. True at the first look where it holds; an unknown
 * does not hold. In a dry run there is one look, at what is predicted.
 */
export async function runCheck(
  run: HostRun,
  look: Look,
  check: Check,
  scope: Scope,
  patience: 'once' | 'within' = 'within',
): Promise<CheckResult> {
  const { clock, aborting } = run.parts;
  const once = run.dryRun || patience === 'once';
  const deadline = clock.monotonic() + check.withinMs;
  let looks = 0;
  for (;;) {
    looks += 1;
    const decision =
      check.fresh && !once ? await lookAfresh(run, look, check, scope) : await lookOnce(run, look, check, scope);
    const late = clock.monotonic() + check.everyMs > deadline;
    if (decision.held === true || once || late || aborting.aborted) return result(decision, looks);
    await clock.sleep(check.everyMs, aborting);
    // What is waited for may have changed what was read ahead.
    run.session.ahead.clear();
  }
}

async function lookOnce(run: HostRun, look: Look, check: Check, scope: Scope): Promise<Decision> {
  const seen = await readProbes(run, { ...look, anew: true }, check.probes, scope);
  return decideTraced(run, look, `${look.prefix.split('.').at(-1) ?? ''} that`, check.that, seen);
}

/** Over a new connection. That there is none is an answer: it does not hold. */
async function lookAfresh(run: HostRun, look: Look, check: Check, scope: Scope): Promise<Decision> {
  try {
    await run.session.reopen();
    return await lookOnce(run, look, check, scope);
  } catch (error) {
    if (!(error instanceof HostFailure) || error.phase === 'cancelled') throw error;
    const reasons = [{ check: 'over a new connection', held: false, because: reasonFor(run, error) }];
    return { held: false, unknowns: [], reasons };
  }
}

function result(decision: Decision, looks: number): CheckResult {
  return {
    held: decision.held === true,
    unknown: decision.held === 'unknown',
    unknowns: decision.unknowns,
    reasons: decision.reasons,
    looks,
  };
}

/** Those parts that did not hold, in one line. */
export function failedParts(reasons: readonly Reason[]): string {
  const failed = reasons.filter((reason) => reason.held !== true);
  return failed
    .map((reason) => (reason.because === undefined ? reason.check : `${reason.check} (${reason.because})`))
    .join('; ');
}
