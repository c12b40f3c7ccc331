import type { ActionCall, Become, ProbeCall, Runbook, Step } from '../model/runbook.ts';
import { becomeOf } from './delegate.ts';
import type { HostRun } from './host-run.ts';

/** Right after the login: opens the lanes of all looks at once. */
export function foreseeLooks(run: HostRun): void {
  run.session.foresee({ lanes: usersOfLooks(run) });
}

/** Where there may be something to mend: opens what the first fix will be carried out on. */
export function foreseeFix(run: HostRun): void {
  const fix = run.parts.mayFix === true || !run.dryRun ? userOfFix(run) : undefined;
  if (fix !== undefined) run.session.foresee({ lanes: [], fix });
}

/** As whom a runbook looks at a host, once each. */
function usersOfLooks(run: HostRun): readonly Become[] {
  const { runbook } = run;
  const users = new Set<Become>();
  const add = (book: Runbook, calls: readonly (ProbeCall | ActionCall)[], step?: Step): void => {
    for (const call of calls.filter((each) => staysHere(each, step)))
      users.add(becomeOf(run, book, step?.become, call.become));
  };
  const { symptom } = runbook;
  if (symptom !== undefined) add(runbook, [...symptom.probes, ...symptom.gone.probes]);
  for (const step of runbook.steps) {
    if (step.remediation.kind === 'use') continue;
    add(runbook, [...step.probes, ...(step.verify?.probes ?? []), ...fixCalls(step).filter(looks(run))], step);
  }
  return [...users];
}

/** As whom the first fix would be carried out. */
function userOfFix(run: HostRun): Become | undefined {
  for (const step of run.runbook.steps) {
    const call = fixCalls(step).find((each) => staysHere(each, step));
    if (call !== undefined) return becomeOf(run, run.runbook, step.become, call.become);
  }
  return undefined;
}

/** Another host is reached when it is needed. */
function staysHere(call: ProbeCall | ActionCall, step: Step | undefined): boolean {
  return (call.delegateTo ?? step?.delegateTo) === undefined;
}

function fixCalls({ remediation }: Step): readonly ActionCall[] {
  switch (remediation.kind) {
    case 'fix':
      return remediation.calls;
    case 'alternatives':
      return remediation.alternatives.flatMap(({ fix }) => fix);
    default:
      return [];
  }
}

/** Whether an action looks before and after: those whose effect can't be seen mostly do not. */
function looks(run: HostRun): (call: ActionCall) => boolean {
  return (call) => run.parts.registry.actions.get(call.call)?.converges !== false;
}
