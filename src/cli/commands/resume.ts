import { setFlagsFromString } from 'node:v8';
import { createReporter, foldNames, resumeRun, safeLine, safeText, stateDirectory } from '../../index.ts';
import { createAsker } from '../ask.ts';
import { plural } from '../diagnostics.ts';
import { UsageError } from '../exit.ts';
import { holdWhilePaused } from '../hold.ts';
import { interrupts } from '../interrupts.ts';
import type { Io } from '../io.ts';
import type { ResumeOptions } from '../options.ts';
import { reachOf } from '../reach.ts';
import { printNothingLeft } from '../resume-hint.ts';
import { approverOf, ended, extraVars, kindOf, verbosityOf } from './run.ts';

/** Goes on with a run that broke off, in its own journal. */
export async function resume(io: Io, run: string, options: ResumeOptions): Promise<number> {
  setFlagsFromString('--interrupt-budget=2000000');
  const terminal = io.stdin.isTTY === true && io.stderr.isTty;
  if (options.yes !== true && !terminal) throw new UsageError('without a terminal nobody can approve it: add --yes');
  if (options.failed === true && options.unreachable === true) {
    throw new UsageError('--failed and --unreachable name different hosts: give one of them');
  }
  const outputs = { stdout: io.stdout, stderr: io.stderr };
  const shown = { verbosity: verbosityOf(options.verbose), diff: options.diff === true };
  const kind = kindOf(io, options);
  const reporter = holdWhilePaused(await createReporter(kind, outputs, shown));
  const signals = interrupts(io, reporter);
  const asker = createAsker(io, signals, reporter);
  try {
    const end = await resumeRun({
      run,
      also: options.failed === true ? 'failed' : options.unreachable === true ? 'unreachable' : undefined,
      extra: extraVars(options.extraVars),
      forks: options.forks,
      reach: await reachOf(io, options, asker, signals.stopping),
      sinks: [(event) => reporter.emit(event)],
      // Programs that read events have had these already.
      onBefore: (event) => (kind === 'json' ? undefined : reporter.emit(event)),
      onPlan: (_plan, warnings) => {
        for (const warning of warnings) io.stderr.write(`warning: ${safeText(warning)}\n`);
      },
      approveHosts: async (id, hosts) =>
        options.yes === true ||
        asker.yes(`Go on with run ${safeLine(id)} on ${plural(hosts.length, 'host')} (${safeText(foldNames(hosts))})?`),
      approvePlan: async () => true,
      approve: approverOf(
        io,
        reporter,
        asker,
        options.yes === true ? 'apply' : 'ask',
        options.allowIrreversible === true,
      ),
      stopping: signals.stopping,
      aborting: signals.aborting,
      allowIrreversible: options.allowIrreversible === true,
      stateDirectory: stateDirectory(options.stateDir, io.env),
      ...(options.lockComment === undefined ? {} : { lockComment: options.lockComment }),
    });
    await reporter.close();
    if (end.kind === 'nothing_left') {
      printNothingLeft(io, end, options);
      return end.exitCode;
    }
    return await ended(io, end, options);
  } finally {
    signals.close();
    await reporter.close();
  }
}
