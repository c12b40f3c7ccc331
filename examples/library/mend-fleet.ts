import { exitCodeOf, formatDiagnostic, type MendRequest, mend } from 'mendgate';

/** Carries a runbook out where few hosts need it, and tells what happens. Gives what mendgate would exit with. */
export async function mendFleet(request: Omit<MendRequest, 'mode'>, tell: (line: string) => void): Promise<number> {
  const end = await mend({
    ...request,
    mode: 'ask',
    sinks: [
      (event) => {
        if (event.type === 'host.planned') tell(`${event.host}: ${event.plan.verdict} (${event.plan.diagnosis})`);
        if (event.type === 'step.finished' && event.result.outcome === 'changed') tell(`${event.host}: ${event.title}`);
        if (event.type === 'host.finished') tell(`${event.host}: ${event.outcome.verdict}`);
      },
    ],
    approvePlan: async (plans, due) => {
      tell(`${due.length} of ${plans.length} hosts need it`);
      return due.length <= 2;
    },
  });
  if (end.kind === 'refused') for (const problem of end.problems) tell(problem);
  else for (const diagnostic of end.diagnostics) tell(formatDiagnostic(diagnostic, { colour: false }));
  return exitCodeOf(end);
}
