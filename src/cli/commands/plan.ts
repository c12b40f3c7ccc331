import {
  foldNames,
  parseDuration,
  printPlan,
  type SavedPlan,
  safeLine,
  safeText,
  savePlan,
  shellWord,
  stateOption,
} from '../../index.ts';
import { plural } from '../diagnostics.ts';
import { exit, UsageError } from '../exit.ts';
import type { Io } from '../io.ts';
import type { PlanOptions, ShownOptions } from '../options.ts';
import { readPlan } from '../read-plan.ts';
import { shownAs } from '../shown-run.ts';
import { type Carry, run } from './run.ts';

const dayMs = 86_400_000;

/** Looks at every host and says what a run would do; with `-o` keeps that in a file, with `--show` prints such a file. */
export async function plan(io: Io, runbook: string | undefined, options: PlanOptions): Promise<number> {
  const { out, show } = options;
  if (show !== undefined) {
    if (runbook !== undefined || out !== undefined)
      throw new UsageError('--show FILE stands alone: it prints a saved plan');
    io.stdout.write(await planPage(io.stdout, await readPlan(show), options));
    return exit.ok;
  }
  if (runbook === undefined) throw new UsageError('which runbook? mendgate plan RUNBOOK -i INVENTORY [-o FILE]');
  const forMs = options.expires === undefined ? dayMs : parseDuration(options.expires);
  if (forMs === undefined || forMs <= 0)
    throw new UsageError(`--expires ${options.expires ?? ''}: expected 30m, 4h, 2d, …`);
  if (out === undefined && options.expires !== undefined)
    throw new UsageError('--expires is for a saved plan: add -o FILE');
  if (out === undefined) return run(io, runbook, { ...options, dryRun: true });

  let told: string | undefined;
  let written = true;
  const carry: Carry = async (request) => {
    const { end, saved, problem } = await savePlan(request, out, forMs);
    written = problem === undefined;
    if (saved !== undefined) told = savedText(saved, out, options.stateDir);
    else if (end.kind === 'ran') told = `mendgate: ${safeLine(problem ?? 'no plan was saved: interrupted')}\n`;
    return end;
  };
  const code = await run(io, runbook, { ...options, dryRun: true }, carry);
  if (told !== undefined) io.stderr.write(told);
  return written ? code : exit.notWritten;
}

function savedText({ expires, hosts, unseen }: SavedPlan, file: string, stateDir: string | undefined): string {
  const without = unseen.length === 0 ? '' : `, without ${safeLine(foldNames(unseen.map(({ host }) => host)))}`;
  const about = `${plural(hosts.length, 'host')}${without}; good until ${expires}`;
  const apply = safeLine(`mendgate apply ${shellWord(file)}${stateOption(stateDir)}`);
  return `\nSaved in ${safeLine(file)} (${about}). To carry it out: ${apply}\n`;
}

function paramText({ name, text, from }: SavedPlan['request']['extra'][number]): string {
  if (text !== '***') return `param ${name} = ${text}`;
  return `param ${name}: a secret${from === undefined ? '' : ` from ${from}`}; its value is no part of the plan`;
}

/** A saved plan as a person reads it. */
export async function planPage(
  output: { readonly colour: boolean; readonly columns: number },
  saved: SavedPlan,
  options: ShownOptions,
): Promise<string> {
  const { request, rollout } = saved;
  const lines = [
    `Plan ${saved.id} of ${saved.runbook.id} (${request.runbook})`,
    `made ${saved.created} by ${request.operator}, good until ${saved.expires}`,
    'carried out once, as far as the state directory of whoever applies it knows',
    `inventory ${request.inventory.join(' ')}${request.limit === undefined ? '' : `, limit ${request.limit}`}`,
    ...request.extra.map(paramText),
    ...(request.maxChanged === undefined
      ? []
      : [`max changed ${request.maxChanged}: with more hosts to change, none is`]),
    ...saved.unseen.map(({ host, reason }) => `not in it: ${host}: ${reason}`),
  ];
  const { colour, columns } = output;
  const plans = saved.hosts.map((host) => host.plan);
  const chosen = new Set([...saved.hosts, ...saved.unseen].map(({ host }) => host));
  const alsoReaches = (saved.delegates ?? []).flatMap(({ host }) => (chosen.has(host) ? [] : [host]));
  const bounds = rollout === undefined ? {} : { rollout };
  const page = await printPlan(plans, { colour, columns, alsoReaches, ...shownAs(options), ...bounds });
  return `${lines.map((line) => safeText(line.replaceAll('\n', ' '))).join('\n')}\n\n${page}`;
}
