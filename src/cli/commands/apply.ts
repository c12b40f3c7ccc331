import {
  applyPlan,
  dueHosts,
  planUnfit,
  type RunResult,
  type SavedPlan,
  type Secret,
  safeLine,
  shellWord,
  stateDirectory,
} from '../../index.ts';
import { approverOf, carryOutQuestion, onTerminal } from '../approve.ts';
import type { Asker } from '../ask.ts';
import { plural } from '../diagnostics.ts';
import { ended } from '../ended.ts';
import { exit, UsageError } from '../exit.ts';
import { extraVars } from '../extra-vars.ts';
import type { Io } from '../io.ts';
import type { ApplyOptions } from '../options.ts';
import { readPlan } from '../read-plan.ts';
import { retryOf } from '../rollout.ts';
import { showRun } from '../shown-run.ts';
import { planPage } from './plan.ts';

/** Nothing was begun on any host: the plan may be applied again, and no run is there to go on with. */
function isUntaken({ outcomes }: RunResult): boolean {
  return outcomes.every(({ verdict }) => verdict === 'refused' || verdict === 'unreachable');
}

/** Carries a saved plan out. Who gives the file has approved it; on a terminal it is shown and asked for once more. */
export async function apply(io: Io, file: string, options: ApplyOptions): Promise<number> {
  const plan = await readPlan(file);
  const unfit = await planUnfit(plan, stateDirectory(options.stateDir, io.env));
  if (unfit !== undefined) throw new UsageError(`${file}: ${unfit}\nNo host was touched.`, exit.refused);
  const due = await dueHosts(plan);
  if (due.length === 0) {
    io.stderr.write(`${safeLine(file)}: nothing is to be done on any of its ${plural(plan.hosts.length, 'host')}.\n`);
    return exit.ok;
  }
  return showRun(io, options, async ({ reporter, asker, request, kept }) => {
    if (onTerminal(io) && options.yes !== true) {
      io.stderr.write(await planPage(io.stderr, plan, options));
      const go = await asker.yes(
        carryOutQuestion(
          plan.hosts.map((host) => host.plan),
          due,
        ),
      );
      if (!go) throw new UsageError('not approved; no host was touched', exit.refused);
    }
    const { allowIrreversible } = plan.request;
    const shared = await request();
    const end = await applyPlan({
      ...shared,
      ...kept,
      plan,
      ...retryOf(options),
      ...(await givenAgain(io, plan, { extra: extraVars(options.extraVars), secrets: shared.secrets }, asker)),
      approve: approverOf(io, reporter, asker, onTerminal(io) ? 'ask' : 'apply', allowIrreversible),
    });
    if (end.kind !== 'ran' || !isUntaken(end.result)) return end;
    await reporter.close();
    return ended(io, end, { ...options, dryRun: true });
  });
}

/** Params as they are given on the command line. */
interface Given {
  readonly extra: ReadonlyMap<string, string>;
  readonly secrets: ReadonlyMap<string, Secret>;
}

/** The file holds no secret: those that the plan was made with are given again from where they came, or asked for. */
async function givenAgain(io: Io, { request }: SavedPlan, { extra, secrets }: Given, asker: Asker): Promise<Given> {
  const hidden = new Map(request.extra.flatMap(({ name, text, from }) => (text === '***' ? [[name, from]] : [])));
  for (const name of [...extra.keys(), ...secrets.keys()]) {
    if (!hidden.has(name))
      throw new UsageError(`-e ${name}: the plan has its params; only its secrets are given again`);
  }
  const all = new Map(secrets);
  for (const [name, from = 'SOURCE'] of hidden) {
    if (extra.has(name) || secrets.has(name)) continue;
    const asked = io.stdin.isTTY === true && ['SOURCE', 'prompt'].includes(from);
    const answer = asked ? await asker.secret(`param ${name}: `) : undefined;
    if (answer === undefined) {
      const again = safeLine(shellWord(`${name}=${from}`));
      throw new UsageError(`param ${name} is a secret, which the plan does not hold: add --secret ${again}`);
    }
    all.set(name, answer);
  }
  return { extra, secrets: all };
}
