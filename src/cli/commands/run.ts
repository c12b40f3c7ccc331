import { setFlagsFromString } from 'node:v8';
import {
  type Approval,
  createReporter,
  foldNames,
  type HostPlan,
  type MendEnd,
  type MendRequest,
  mend,
  printPlan,
  type Reporter,
  type ReporterKind,
  safeLine,
  safeText,
  stateDirectory,
} from '../../index.ts';
import { warnOfAnsibleCfg } from '../ansible-cfg.ts';
import { type Asker, createAsker } from '../ask.ts';
import { leftOpen } from '../crash.ts';
import { plural, printDiagnostics } from '../diagnostics.ts';
import { exit, UsageError } from '../exit.ts';
import { holdWhilePaused } from '../hold.ts';
import { interrupts } from '../interrupts.ts';
import type { Io } from '../io.ts';
import { readLimit } from '../limit.ts';
import { onGithub } from '../on-github.ts';
import { packsGiven, type RunOptions, type ShownOptions, type StateOptions } from '../options.ts';
import { becomeOf, reachOf } from '../reach.ts';
import { printResume } from '../resume-hint.ts';
import { stepAsker } from '../step-asker.ts';
import { printUnrecorded } from '../unrecorded.ts';
import { listHosts, listSteps } from './list.ts';
import { validate } from './validate.ts';

/** What happens to a request: it is carried out, or its plan is saved. */
export type Carry = (request: MendRequest & { readonly stateDirectory: string }) => Promise<MendEnd>;

/** Diagnoses, shows the plan, asks, carries out. Gives the exit code. */
export async function run(
  io: Io,
  runbook: string,
  given: RunOptions & { check?: boolean; listTasks?: boolean; startAtTask?: string },
  carry: Carry = mend,
): Promise<number> {
  // Most runs are over before optimised code pays for its making, a quarter of all CPU at 200 hosts. What gets really hot
  // is optimised all the same.
  setFlagsFromString('--interrupt-budget=2000000');
  // Of what a run over a thousand hosts holds in memory, nine tenths are waste that nobody has collected yet.
  setFlagsFromString('--heap-growing-percent=100');
  const options = withAliases(given);
  if (options.syntaxCheck) return validate(io, [runbook], packsGiven(options));
  if (options.listSteps) return listSteps(io, runbook, packsGiven(options));
  if (options.listHosts) return listHosts(io, runbook, options);
  const mode = modeOf(io, options);
  warnOfAnsibleCfg(io);

  const outputs = { stdout: io.stdout, stderr: io.stderr };
  const verbosity = verbosityOf(options.verbose);
  const reporter = holdWhilePaused(
    onGithub(io, await createReporter(kindOf(io, options), outputs, { verbosity, diff: options.diff === true })),
  );
  const signals = interrupts(io, reporter);
  const asker = createAsker(io, signals, reporter);
  try {
    const end = await carry({
      runbook,
      packs: packsGiven(options),
      inventory: options.inventory,
      limit: readLimit(options.limit),
      extra: extraVars(options.extraVars),
      mode,
      forks: options.forks,
      reach: await reachOf(io, options, asker, signals.stopping),
      becomeByDefault: becomeOf(options),
      tags: words(options.tags),
      skipTags: words(options.skipTags),
      startAt: options.startAt,
      ...(options.until === undefined ? {} : { until: options.until }),
      ...(options.trace ? { trace: true } : {}),
      ...(options.step ? { askStep: stepAsker(io, asker) } : {}),
      expectHosts: options.expectHosts,
      detailedExitCode: options.detailedExitcode === true,
      sinks: [(event) => reporter.emit(event)],
      onPlan: (_plan, warnings) => {
        for (const warning of warnings) io.stderr.write(`warning: ${safeText(warning)}\n`);
      },
      approvePlan: (plans) => approvePlan(io, reporter, asker, plans, { diff: options.diff === true, verbosity }),
      approve: approverOf(io, reporter, asker, mode, options.allowIrreversible === true),
      stopping: signals.stopping,
      aborting: signals.aborting,
      allowIrreversible: options.allowIrreversible === true,
      stateDirectory: stateDirectory(options.stateDir, io.env),
      ...(options.lockComment === undefined ? {} : { lockComment: options.lockComment }),
    });
    await reporter.close();
    return await ended(io, end, options);
  } finally {
    signals.close();
    await reporter.close();
  }
}

type Mode = 'dry_run' | 'apply' | 'ask';

/** A run that may change hosts needs somebody who has seen the plan, or `--yes`. */
export function modeOf(io: Io, options: { readonly dryRun?: boolean; readonly yes?: boolean }): Mode {
  if (options.dryRun) return 'dry_run';
  if (options.yes) return 'apply';
  if (io.stdin.isTTY === true && io.stderr.isTty) return 'ask';
  throw new UsageError('without a terminal nobody can approve the plan: add --yes, or --dry-run to look only');
}

export function kindOf(io: Io, options: ShownOptions): ReporterKind {
  if (options.json) return 'json';
  if (options.output !== undefined) return options.output;
  return io.stderr.isTty && io.env['CI'] === undefined && options.verbose < 2 ? 'live' : 'lines';
}

export function verbosityOf(count: number): 0 | 1 | 2 | 3 {
  return count <= 0 ? 0 : count === 1 ? 1 : count === 2 ? 2 : 3;
}

function withAliases(options: RunOptions & { check?: boolean; listTasks?: boolean; startAtTask?: string }): RunOptions {
  const startAt = options.startAt ?? options.startAtTask;
  return {
    ...options,
    dryRun: options.dryRun === true || options.check === true,
    listSteps: options.listSteps === true || options.listTasks === true,
    ...(startAt === undefined ? {} : { startAt }),
  };
}

function words(list: string | undefined): readonly string[] {
  return (list ?? '').split(',').flatMap((word) => (word.trim() === '' ? [] : [word.trim()]));
}

export function extraVars(given: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    given.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new UsageError(`-e ${pair}: expected NAME=VALUE`);
      return [pair.slice(0, at), pair.slice(at + 1)] as const;
    }),
  );
}

export async function approvePlan(
  io: Io,
  reporter: Reporter,
  asker: Asker,
  plans: readonly HostPlan[],
  options: { readonly diff: boolean; readonly verbosity: 0 | 1 | 2 | 3 },
): Promise<boolean> {
  reporter.pause();
  try {
    io.stderr.write(await printPlan(plans, { ...options, colour: io.stderr.colour, columns: io.stderr.columns }));
    const due = plans.filter((plan) => plan.verdict === 'would_fix').map((plan) => plan.host);
    return await asker.yes(`Carry this out on ${plural(due.length, 'host')} (${safeText(foldNames(due))})?`);
  } finally {
    reporter.resume();
  }
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
  return async ({ kind, host, text }) => {
    if (kind === 'irreversible') return allowIrreversible;
    if (mode === 'ask') {
      const lines = safeText(text).trim().split('\n');
      return asker.yes(lines.map((line) => `${safeLine(host)}: ${line}`).join('\n'));
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

export async function ended(
  io: Io,
  end: MendEnd,
  options: StateOptions & Partial<ShownOptions> & { readonly dryRun?: boolean },
): Promise<number> {
  switch (end.kind) {
    case 'invalid':
      await printDiagnostics(io, end.diagnostics);
      io.stderr.write('No host was touched.\n');
      return exit.invalid;
    case 'refused':
      for (const problem of end.problems) io.stderr.write(`mendgate: ${safeText(problem)}\n`);
      io.stderr.write('No host was touched.\n');
      return end.exitCode;
    case 'ran':
      await printDiagnostics(io, end.diagnostics);
      printUnrecorded(io, end.result);
      // Reporters for people tell it in their summary.
      if (options.json === true || options.output === 'json') io.stderr.write(leftOpen());
      if (options.dryRun !== true) printResume(io, end.result, options);
      return end.result.exitCode;
  }
}
