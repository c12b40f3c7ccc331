import { foldNames, resumeRun, safeLine, safeText } from '../../index.ts';
import { approverOf, onTerminal } from '../approve.ts';
import { plural } from '../diagnostics.ts';
import { UsageError } from '../exit.ts';
import { extraVars } from '../extra-vars.ts';
import type { Io } from '../io.ts';
import type { ResumeOptions } from '../options.ts';
import { printNothingLeft } from '../resume-hint.ts';
import { retryOf } from '../rollout.ts';
import { isForPrograms, showRun } from '../shown-run.ts';

/** Goes on with a run that broke off, in its own journal. */
export async function resume(io: Io, run: string, options: ResumeOptions): Promise<number> {
  const yes = options.yes === true;
  if (!yes && !onTerminal(io)) throw new UsageError('without a terminal nobody can approve it: add --yes');
  const allowIrreversible = options.allowIrreversible === true;
  return showRun(io, options, async ({ reporter, asker, request, kept }) => {
    const end = await resumeRun({
      ...(await request()),
      ...kept,
      run,
      also: (['failed', 'unreachable'] as const).filter((which) => options[which] === true),
      extra: extraVars(options.extraVars),
      ...retryOf(options),
      // Programs that read events have had these already.
      onBefore: (event) => (isForPrograms(options) ? undefined : reporter.emit(event)),
      approveHosts: async (id, hosts) =>
        yes ||
        asker.yes(`Go on with run ${safeLine(id)} on ${plural(hosts.length, 'host')} (${safeText(foldNames(hosts))})?`),
      approvePlan: async () => true,
      approve: approverOf(io, reporter, asker, yes ? 'apply' : 'ask', allowIrreversible),
      allowIrreversible,
    });
    if (end.kind !== 'nothing_left') return end;
    await reporter.close();
    printNothingLeft(io, end, options);
    return end.exitCode;
  });
}
