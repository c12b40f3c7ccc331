import { setFlagsFromString } from 'node:v8';
import {
  applyPlan,
  createReporter,
  dueHosts,
  foldNames,
  planUnfit,
  type SavedPlan,
  safeLine,
  safeText,
  stateDirectory,
} from '../../index.ts';
import { type Asker, createAsker } from '../ask.ts';
import { plural } from '../diagnostics.ts';
import { exit, UsageError } from '../exit.ts';
import { holdWhilePaused } from '../hold.ts';
import { interrupts } from '../interrupts.ts';
import type { Io } from '../io.ts';
import { onGithub } from '../on-github.ts';
import type { ApplyOptions } from '../options.ts';
import { reachOf } from '../reach.ts';
import { readPlan } from '../read-plan.ts';
import { planPage } from './plan.ts';
import { approverOf, ended, extraVars, kindOf, verbosityOf } from './run.ts';

/** Carries a saved plan out. Who gives the file has approved it; on a terminal it is shown and asked for once more. */
export async function apply(io: Io, file: string, options: ApplyOptions): Promise<number> {
  setFlagsFromString('--interrupt-budget=2000000');
  const plan = await readPlan(file);
  const state = stateDirectory(options.stateDir, io.env);
  const unfit = await planUnfit(plan, state);
  if (unfit !== undefined) throw new UsageError(`${file}: ${unfit}\nNo host was touched.`, exit.refused);
  const due = await dueHosts(plan);
  if (due.length === 0) {
    io.stderr.write(`${safeLine(file)}: nothing is to be done on any of its ${plural(plan.hosts.length, 'host')}.\n`);
    return exit.ok;
  }
  const outputs = { stdout: io.stdout, stderr: io.stderr };
  const shown = { verbosity: verbosityOf(options.verbose), diff: options.diff === true };
  const reporter = holdWhilePaused(onGithub(io, await createReporter(kindOf(io, options), outputs, shown)));
  const signals = interrupts(io, reporter);
  const asker = createAsker(io, signals, reporter);
  const terminal = io.stdin.isTTY === true && io.stderr.isTty;
  try {
    if (terminal && options.yes !== true) {
      io.stderr.write(await planPage(io.stderr, plan, options));
      const go = await asker.yes(`Carry this out on ${plural(due.length, 'host')} (${safeText(foldNames(due))})?`);
      if (!go) throw new UsageError('not approved; no host was touched', exit.refused);
    }
    const end = await applyPlan({
      plan,
      extra: await secretsOf(io, plan, options, asker),
      forks: options.forks,
      reach: await reachOf(io, options, asker, signals.stopping),
      sinks: [(event) => reporter.emit(event)],
      onPlan: (_plan, warnings) => {
        for (const warning of warnings) io.stderr.write(`warning: ${safeText(warning)}\n`);
      },
      approve: approverOf(io, reporter, asker, terminal ? 'ask' : 'apply', plan.request.allowIrreversible),
      stopping: signals.stopping,
      aborting: signals.aborting,
      stateDirectory: state,
      ...(options.lockComment === undefined ? {} : { lockComment: options.lockComment }),
    });
    await reporter.close();
    return await ended(io, end, options);
  } finally {
    signals.close();
    await reporter.close();
  }
}

/** The file holds no secret: those that the plan was made with by `-e` are given again, or asked for. */
async function secretsOf(
  io: Io,
  { request }: SavedPlan,
  options: ApplyOptions,
  asker: Asker,
): Promise<ReadonlyMap<string, string>> {
  const hidden = request.extra.flatMap(({ name, text }) => (text === '***' ? [name] : []));
  const given = extraVars(options.extraVars);
  for (const name of given.keys()) {
    if (!hidden.includes(name))
      throw new UsageError(`-e ${name}: the plan has its params; only its secrets are given again`);
  }
  const all = new Map(given);
  for (const name of hidden.filter((each) => !given.has(each))) {
    const answer = io.stdin.isTTY === true ? await asker.secret(`param ${name}: `) : undefined;
    if (answer === undefined) {
      throw new UsageError(`param ${name} is a secret, which the plan does not hold: add -e ${name}=VALUE`);
    }
    all.set(name, answer.reveal());
  }
  return all;
}
