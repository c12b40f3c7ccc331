import { createReporter, type Event, type KeptRun, safeLine, safeText, verdicts } from '../../index.ts';
import { exit, UsageError } from '../exit.ts';
import type { Io } from '../io.ts';
import { damageText, keptRun } from '../kept-run.ts';
import type { StateOptions } from '../options.ts';
import { shownAs } from '../shown-run.ts';

export interface RunsShowOptions extends StateOptions {
  readonly hosts?: string;
  readonly json?: boolean;
  readonly diff?: boolean;
  readonly verbose: number;
}

/** `runs show`: a run as it was shown when it ended, its events, or names of its hosts. 2 when its journal is damaged. */
export async function runsShow(io: Io, name: string, options: RunsShowOptions): Promise<number> {
  const kept = await keptRun(io, name, options);
  if (options.hosts !== undefined) printHosts(io, kept.events, options.hosts);
  else await printRun(io, kept, options);
  if (kept.damage === undefined) return exit.ok;
  io.stderr.write(`\n${safeText(damageText(kept))}\n`);
  return exit.failed;
}

async function printRun(io: Io, { run, events }: KeptRun, options: RunsShowOptions): Promise<void> {
  const [started] = events;
  if (started?.type !== 'run.started') throw new UsageError(`${run} has no events: nothing was begun`);
  const shown = shownAs(options);
  if (options.json !== true) {
    const by = started.request === undefined ? '' : ` by ${started.request.operator}`;
    io.stdout.write(safeLine(`${run}  ${started.runbook.id}  began ${started.at}${by}`));
    io.stdout.write('\n');
  }
  // What happened on the way is told with -vv; else its end is enough.
  const stderr = shown.verbosity > 1 ? io.stderr : { ...io.stderr, write: () => {} };
  const kind = options.json ? 'json' : 'lines';
  const reporter = await createReporter(kind, { stdout: io.stdout, stderr }, shown);
  for (const event of events) reporter.emit(event);
  await reporter.close();
}

/** Verdicts after which nobody has to do anything. */
const good: readonly (string | undefined)[] = ['healthy', 'fixed', 'not_applicable', 'would_fix'];

function printHosts(io: Io, events: readonly Event[], which: string): void {
  const ended = new Map<string, string | undefined>();
  for (const event of events) {
    if (event.type === 'run.started') for (const host of event.hosts) ended.set(host, undefined);
    if (event.type === 'host.finished') ended.set(event.host, event.outcome.verdict);
  }
  const known = ['all', 'bad', 'none', ...verdicts];
  if (!known.includes(which)) throw new UsageError(`--hosts ${which}: it is one of ${known.join(', ')}`);
  const fits = (verdict: string | undefined): boolean => {
    if (which === 'all') return true;
    if (which === 'bad') return !good.includes(verdict);
    return (verdict ?? 'none') === which;
  };
  for (const [host, verdict] of ended) if (fits(verdict)) io.stdout.write(`${safeLine(host)}\n`);
}
