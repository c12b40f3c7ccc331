import type { Scope } from '../expr/evaluate.ts';
import type { OwnRollback, RecordedCall } from '../model/history.ts';
import type { StepRollback } from '../model/runbook.ts';
import type { Value } from '../model/value.ts';
import type { HostRun } from './host-run.ts';
import { evaluateCalls, type ReadyCall, readyCall, whyUndecided } from './inspect-calls.ts';
import { plainJson } from './plain-json.ts';
import { redacted } from './recorded-change.ts';
import { lookOf, type StepPlace } from './step-place.ts';

/**
 * A step's own rollback as the journal keeps it, so that another process can carry it out without the runbook. Names are
 * snapshots: its calls have the same values before the fix as they would have after it. `undefined`: the actions' own undos.
 */
export function ownRollback(place: StepPlace, rollback: StepRollback, scope: Scope): OwnRollback | undefined {
  if (rollback.kind === 'own') return undefined;
  if (rollback.kind === 'irreversible') return rollback;
  const evaluated = evaluateCalls(untold(place.run), lookOf(place, 'rollback'), rollback.calls, scope);
  return evaluated.kind === 'ready'
    ? { kind: 'calls', calls: evaluated.calls.map(recordedCall) }
    : { kind: 'undecided', reason: whyUndecided(evaluated) };
}

/** None of these calls is made: nobody hears of the ways that they take through the runbook. */
function untold(run: HostRun): HostRun {
  const { took, trace, ...parts } = run.parts;
  return { ...run, parts };
}

function recordedCall({ action, params, become, on, touches, timeoutMs }: ReadyCall): RecordedCall {
  return {
    action: action.name,
    params: plainJson(params),
    become,
    ...(touches === undefined ? {} : { touches }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(on === undefined ? {} : { on }),
  };
}

/** Recorded calls, ready to be inspected; or why they can't be made from a journal. */
export function callsAgain(run: HostRun, calls: readonly RecordedCall[]): readonly ReadyCall[] | string {
  const ready: ReadyCall[] = [];
  for (const { action: name, params, become, on, touches, timeoutMs } of calls) {
    const action = run.parts.registry.actions.get(name);
    if (action === undefined) return `${name}: no pack of this run has it`;
    if (JSON.stringify(params).includes(redacted))
      return `${name}: a secret is part of it, and journals hold none; it can only be done by hand`;
    const call = readyCall(run, { action, params: params as Value, become, on, touches, timeoutMs });
    if (call.kind !== 'ready') return whyUndecided(call);
    ready.push(call.call);
  }
  return ready;
}
