import type { ActionCall, Cond, ProbeCall, Step, StepRollback, Text } from './runbook.ts';

/** A place of a step that may say where it is carried out. */
interface Delegating {
  readonly delegateTo: Text;
  /** Of a call: it must hold, or nothing is carried out. */
  readonly when: Cond;
}

type Calls = readonly (ProbeCall | ActionCall)[];

/** All calls of a step itself: its probes, fixes, verifies and rollbacks; not those of a runbook that it uses. */
function callsOf({ probes, remediation, verify, rollback }: Step): Calls {
  const fixes =
    remediation.kind === 'fix'
      ? remediation.calls
      : remediation.kind === 'alternatives'
        ? remediation.alternatives.flatMap((each) => [
            ...each.fix,
            ...(each.verify?.probes ?? []),
            ...rollbackCalls(each.rollback),
          ])
        : [];
  return [...probes, ...fixes, ...(verify?.probes ?? []), ...rollbackCalls(rollback)];
}

function rollbackCalls(rollback: StepRollback): readonly ActionCall[] {
  return rollback.kind === 'calls' ? rollback.calls : [];
}

/** Where a step, and each of its calls, is carried out, as far as that is another host than its own. */
export function delegatesIn(step: Step): readonly Delegating[] {
  const calls = callsOf(step).flatMap(({ delegateTo, ...call }): readonly Delegating[] => {
    const own = 'when' in call && call.when !== undefined ? call.when : [];
    return delegateTo === undefined ? [] : [{ delegateTo, when: own }];
  });
  return step.delegateTo === undefined ? calls : [{ delegateTo: step.delegateTo, when: [] }, ...calls];
}
