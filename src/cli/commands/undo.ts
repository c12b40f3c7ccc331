import { setFlagsFromString } from 'node:v8';
import { createReporter, safeText, stateDirectory, undoRun } from '../../index.ts';
import { createAsker } from '../ask.ts';
import { holdWhilePaused } from '../hold.ts';
import { interrupts } from '../interrupts.ts';
import type { Io } from '../io.ts';
import { readLimit } from '../limit.ts';
import { onGithub } from '../on-github.ts';
import type { UndoOptions } from '../options.ts';
import { reachOf } from '../reach.ts';
import { approvePlan, approverOf, ended, kindOf, modeOf, verbosityOf } from './run.ts';

/** Takes back what a run changed, where it stands as the run left it. */
export async function undo(io: Io, run: string, options: UndoOptions): Promise<number> {
  setFlagsFromString('--interrupt-budget=2000000');
  const mode = modeOf(io, options);
  const outputs = { stdout: io.stdout, stderr: io.stderr };
  const shown = { verbosity: verbosityOf(options.verbose), diff: options.diff === true };
  const reporter = holdWhilePaused(onGithub(io, await createReporter(kindOf(io, options), outputs, shown)));
  const signals = interrupts(io, reporter);
  const asker = createAsker(io, signals, reporter);
  try {
    const end = await undoRun({
      run,
      inventory: options.inventory.length === 0 ? undefined : options.inventory,
      limit: readLimit(options.limit),
      mode,
      forks: options.forks,
      reach: await reachOf(io, options, asker, signals.stopping),
      detailedExitCode: options.detailedExitcode === true,
      sinks: [(event) => reporter.emit(event)],
      onPlan: (_plan, warnings) => {
        for (const warning of warnings) io.stderr.write(`warning: ${safeText(warning)}\n`);
      },
      approvePlan: (plans) => approvePlan(io, reporter, asker, plans, shown),
      approve: approverOf(io, reporter, asker, mode, false),
      stopping: signals.stopping,
      aborting: signals.aborting,
      stateDirectory: stateDirectory(options.stateDir, io.env),
      ...(options.lockComment === undefined ? {} : { lockComment: options.lockComment }),
    });
    await reporter.close();
    return await ended(io, end, { ...options, dryRun: true });
  } finally {
    signals.close();
    await reporter.close();
  }
}
