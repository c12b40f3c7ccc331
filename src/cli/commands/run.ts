import { alsoReached, type MendEnd, type MendRequest, mend, type Plan, type PlanPrintOptions } from '../../index.ts';
import { warnOfAnsibleCfg } from '../ansible-cfg.ts';
import { approvePlan, approverOf, modeOf } from '../approve.ts';
import { extraVars } from '../extra-vars.ts';
import type { Io } from '../io.ts';
import { readLimit } from '../limit.ts';
import { packsGiven, type RunOptions } from '../options.ts';
import { becomeOf } from '../reach.ts';
import { retryOf, rolloutOf } from '../rollout.ts';
import { shownAs, showRun } from '../shown-run.ts';
import { stepAsker } from '../step-asker.ts';
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
  const options = withAliases(given);
  if (options.syntaxCheck) return validate(io, [runbook], packsGiven(options));
  if (options.listSteps) return listSteps(io, runbook, packsGiven(options));
  if (options.listHosts) return listHosts(io, runbook, options);
  const mode = modeOf(io, options);
  warnOfAnsibleCfg(io);
  let planned: Plan | undefined;
  return showRun(io, options, async ({ reporter, asker, request, kept }) => {
    const shared = await request();
    return carry({
      ...shared,
      ...kept,
      onPlan(plan, warnings) {
        planned = plan;
        shared.onPlan(plan, warnings);
      },
      runbook,
      packs: packsGiven(options),
      inventory: options.inventory,
      limit: readLimit(options.limit),
      extra: extraVars(options.extraVars),
      mode,
      becomeByDefault: becomeOf(options),
      tags: words(options.tags),
      skipTags: words(options.skipTags),
      startAt: options.startAt,
      ...(options.until === undefined ? {} : { until: options.until }),
      ...(options.trace ? { trace: true } : {}),
      ...(options.step ? { askStep: stepAsker(io, asker) } : {}),
      expectHosts: options.expectHosts,
      ...rolloutOf(options),
      ...retryOf(options),
      detailedExitCode: options.detailedExitcode === true,
      approvePlan: (plans) =>
        approvePlan(io, reporter, asker, plans, {
          ...shownAs(options),
          ...(planned === undefined ? {} : partsShown(planned)),
        }),
      approve: approverOf(io, reporter, asker, mode, options.allowIrreversible === true),
      allowIrreversible: options.allowIrreversible === true,
    });
  });
}

function partsShown(plan: Plan): Pick<PlanPrintOptions, 'rollout' | 'alsoReaches'> {
  const { rollout } = plan;
  return { ...(rollout === undefined ? {} : { rollout }), alsoReaches: alsoReached(plan) };
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
