import type { RunSummary } from '../model/run-summary.ts';
import { printPlan } from './print-plan.ts';
import type { Output, ReporterOptions } from './reporter.ts';
import { printSummary } from './summary.ts';

/** What stands on stdout at the end: of a dry run the plan, of a run the summary; nothing when no run began. */
export function resultText(summary: RunSummary, output: Output, options: ReporterOptions): string {
  const { started } = summary;
  if (started === undefined) return '';
  const looks = {
    colour: output.colour,
    columns: lineColumns(output),
    verbosity: options.verbosity,
    stateDir: options.stateDir,
    folder: process.cwd(),
    planFile: options.planFile,
  };
  const { inventoryHosts, rollout, alsoReaches = [] } = started;
  const about = { inventoryHosts, alsoReaches, ...(rollout === undefined ? {} : { rollout }) };
  const shown = { ...looks, diff: options.diff, ...about };
  const plan = started.dryRun ? `${printPlan(summary.plans, shown)}\n` : '';
  return plan + printSummary(summary, looks);
}

/** Where lines are broken: pipes and logs get whole lines. */
export function lineColumns(output: Output): number {
  return output.isTty && output.columns > 0 ? output.columns : Number.POSITIVE_INFINITY;
}
