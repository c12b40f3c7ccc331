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
import type { Asking } from '../given-secrets.ts';
import { holdWhilePaused } from '../hold.ts';
import { interrupts } from '../interrupts.ts';
import type { Io } from '../io.ts';
import { notifierOf } from '../notify.ts';
import type { ApplyOptions } from '../options.ts';
import { reachAndSecrets } from '../reach.ts';
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
  const reporter = holdWhilePaused(await createReporter(kindOf(io, options), outputs, shown));
  const notifier = notifierOf(io, options.notify);
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
      forks: options.forks,
      ...(await givenAgain({ io, asker, stopping: signals.stopping }, plan, options)),
      sinks: [(event) => reporter.emit(event), notifier.sink],
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
    await notifier.send();
    return await ended(io, end, options);
  } finally {
    signals.close();
    await reporter.close();
  }
}

type Given = Awaited<ReturnType<typeof reachAndSecrets>> & { readonly extra: ReadonlyMap<string, string> };

/** The file holds no secret: those that the plan was made with are given again, or asked for. */
async function givenAgain(
  { io, asker, stopping }: Asking & { readonly asker: Asker },
  { request }: SavedPlan,
  options: ApplyOptions,
): Promise<Given> {
  const hidden = request.extra.flatMap(({ name, text }) => (text === '***' ? [name] : []));
  const extra = extraVars(options.extraVars);
  const { reach, secrets } = await reachAndSecrets(io, options, asker, stopping);
  for (const name of [...extra.keys(), ...secrets.keys()]) {
    if (!hidden.includes(name))
      throw new UsageError(`-e ${name}: the plan has its params; only its secrets are given again`);
  }
  const all = new Map(secrets);
  for (const name of hidden.filter((each) => !extra.has(each) && !secrets.has(each))) {
    const answer = io.stdin.isTTY === true ? await asker.secret(`param ${name}: `) : undefined;
    if (answer === undefined) {
      throw new UsageError(`param ${name} is a secret, which the plan does not hold: add --secret ${name}=SOURCE`);
    }
    all.set(name, answer);
  }
  return { reach, secrets: all, extra };
}
