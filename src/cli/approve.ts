import {
  type Approval,
  changedElsewhere,
  foldNames,
  type HostPlan,
  type PlanPrintOptions,
  printPlan,
  type Reporter,
  safeLine,
  safeText,
} from '../index.ts';
import type { Asker } from './ask.ts';
import { plural } from './diagnostics.ts';
import { UsageError } from './exit.ts';
import type { Io } from './io.ts';

/** What a run may do, and who says so. */
type Mode = 'dry_run' | 'apply' | 'ask';

/** Whether somebody sees a question and can answer it. */
export function onTerminal(io: Io): boolean {
  return io.stdin.isTTY === true && io.stderr.isTty;
}

/** A run that may change hosts needs somebody who has seen the plan, or `--yes`. */
export function modeOf(io: Io, options: { readonly dryRun?: boolean; readonly yes?: boolean }): Mode {
  if (options.dryRun) return 'dry_run';
  if (options.yes) return 'apply';
  if (onTerminal(io)) return 'ask';
  throw new UsageError('without a terminal nobody can approve the plan: add --yes, or --dry-run to look only');
}

/** Shows the plan on the terminal, and asks for it. */
export async function approvePlan(
  io: Io,
  reporter: Reporter,
  asker: Asker,
  plans: readonly HostPlan[],
  options: Pick<PlanPrintOptions, 'diff' | 'verbosity' | 'rollout' | 'alsoReaches'>,
): Promise<boolean> {
  reporter.pause();
  try {
    io.stderr.write(await printPlan(plans, { ...options, colour: io.stderr.colour, columns: io.stderr.columns }));
    const due = plans.filter((plan) => plan.verdict === 'would_fix').map((plan) => plan.host);
    return await asker.yes(carryOutQuestion(plans, due));
  } finally {
    reporter.resume();
  }
}

/** `Carry this out on 2 hosts (app1, app2), and on lb1 for them?` */
export function carryOutQuestion(plans: readonly HostPlan[], due: readonly string[]): string {
  const others = changedElsewhere(plans).filter((name) => !due.includes(name));
  const also =
    others.length === 0 ? '' : `, and on ${safeText(foldNames(others))} for ${due.length === 1 ? 'it' : 'them'}`;
  return `Carry this out on ${plural(due.length, 'host')} (${safeText(foldNames(due))})${also}?`;
}

/** Answers what `--yes` does not: on a terminal the operator, naming the host on each line; else nobody, with one hint. */
export function approverOf(
  io: Io,
  reporter: Reporter,
  asker: Asker,
  mode: Mode,
  allowIrreversible: boolean,
): (approval: Approval) => Promise<boolean> {
  let hinted = false;
  return async ({ kind, host, hosts = [host], on = [], text }) => {
    if (kind === 'irreversible') return allowIrreversible;
    if (mode === 'ask') {
      const lines = safeText(text).trim().split('\n');
      const where = on.length === 0 ? '' : ` (on ${safeLine(foldNames(on))})`;
      return asker.yes(lines.map((line) => `${safeLine(foldNames(hosts))}${where}: ${line}`).join('\n'));
    }
    if (!hinted) {
      hinted = true;
      reporter.pause();
      const hint = 'run it on a terminal without --yes, where it is asked';
      io.stderr.write(`warning: ${safeLine(host)}: --yes does not answer what a step asks with \`confirm\`: ${hint}\n`);
      reporter.resume();
    }
    return false;
  };
}
