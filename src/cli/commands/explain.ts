import { type Event, explainHost, findRun, foldNames, mend, safeLine, shellWord, stateDirectory } from '../../index.ts';
import { createAsker } from '../ask.ts';
import { printDiagnostics } from '../diagnostics.ts';
import { ended } from '../ended.ts';
import { exit, UsageError } from '../exit.ts';
import { extraVars } from '../extra-vars.ts';
import { interrupts } from '../interrupts.ts';
import type { Io } from '../io.ts';
import { damageText, keptRun } from '../kept-run.ts';
import { readLimit } from '../limit.ts';
import { type PackGiven, packsGiven, type ReachingOptions, type StateOptions } from '../options.ts';
import { becomeOf, reachOf } from '../reach.ts';
import { warnOf } from '../warn.ts';

export interface ExplainOptions extends ReachingOptions, StateOptions, PackGiven {
  readonly extraVars: readonly string[];
  readonly run?: string;
}

/**
 * `explain RUN HOST`, `explain HOST` (of the last run): from what is kept of a run; `explain RUNBOOK -l HOST`: looks now, and
 * changes nothing.
 */
export async function explain(
  io: Io,
  first: string,
  second: string | undefined,
  options: ExplainOptions,
): Promise<number> {
  if (/\.ya?ml$/.test(first) && second === undefined) return explainNow(io, first, options);
  if (second !== undefined && options.run !== undefined) throw new UsageError('name the run once: explain RUN HOST');
  const [run, what] = second === undefined ? [options.run ?? 'last', first] : [first, second];
  const now = `mendgate explain RUNBOOK -l ${shellWord(what)} looks at it now`;
  const kept = await keptRun(io, run, options, second === undefined ? `; ${now}` : '');
  const hosts = hostsOf(kept.events);
  if (second === undefined && !hosts.includes(what) && (await isRun(io, what, options)))
    throw new UsageError(`which host of run ${what}? mendgate explain ${shellWord(what)} HOST: ${someOf(hosts)}`);
  if (!hosts.includes(what)) throw new UsageError(`${what} is no host of run ${kept.run}: ${someOf(hosts)}`);
  io.stdout.write(await explainHost(kept.events, what, io.stdout));
  if (!kept.events.some((event) => event.type === 'expression.traced' && event.host === what))
    io.stderr.write('A run with --trace keeps every expression; of this one there are gates and symptoms only.\n');
  if (kept.damage === undefined) return exit.ok;
  io.stderr.write(`\n${damageText(kept)}\n`);
  return exit.failed;
}

async function isRun(io: Io, name: string, options: StateOptions): Promise<boolean> {
  return (await findRun(stateDirectory(options.stateDir, io.env), name)).kind === 'run';
}

function someOf(hosts: readonly string[]): string {
  return safeLine(foldNames(hosts.slice(0, 20)) + (hosts.length > 20 ? `, and ${hosts.length - 20} more` : ''));
}

function hostsOf(events: readonly Event[]): readonly string[] {
  const [started] = events;
  return started?.type === 'run.started' ? started.hosts : [];
}

/** A dry run that tells every expression. */
async function explainNow(io: Io, runbook: string, options: ExplainOptions): Promise<number> {
  if (options.run !== undefined) throw new UsageError('--run goes with a host: mendgate explain RUN HOST');
  const signals = interrupts(io);
  const events: Event[] = [];
  try {
    const end = await mend({
      runbook,
      packs: packsGiven(options),
      inventory: options.inventory,
      limit: readLimit(options.limit),
      extra: extraVars(options.extraVars),
      mode: 'dry_run',
      trace: true,
      forks: options.forks,
      reach: await reachOf(io, options, createAsker(io, signals), signals.stopping),
      becomeByDefault: becomeOf(options),
      sinks: [(event) => void events.push(event)],
      onPlan: warnOf(io),
      stopping: signals.stopping,
      aborting: signals.aborting,
    });
    if (end.kind !== 'ran') return await ended(io, end, { dryRun: true });
    await printDiagnostics(io, end.diagnostics);
    const hosts = hostsOf(events);
    for (const host of hosts) {
      if (hosts.length > 1) io.stdout.write(`\n== ${safeLine(host)}\n`);
      io.stdout.write(await explainHost(events, host, io.stdout));
    }
    return end.result.exitCode;
  } finally {
    signals.close();
  }
}
