import { parseDuration, type SweepEnd, type SweptHost, safeLine, sweepHosts } from '../index.ts';
import { createAsker } from './ask.ts';
import type { RunsCleanOptions } from './commands/runs-clean.ts';
import { plural, printDiagnostics } from './diagnostics.ts';
import { exit, UsageError } from './exit.ts';
import { interrupts } from './interrupts.ts';
import type { Io } from './io.ts';
import { readLimit } from './limit.ts';
import { becomeOf, reachOf } from './reach.ts';

/** Younger ones another control node may still ask for. */
const leastDays = 7;

const dayMs = 86_400_000;

/** `runs clean --hosts`: removes markers from hosts, and says of which runs. Gives the exit code. */
export async function sweep(io: Io, options: RunsCleanOptions, stateDirectory: string): Promise<number> {
  const unknownDays = options.unknown === undefined ? undefined : daysOf(options.unknown);
  const signals = interrupts(io);
  try {
    const end = await sweepHosts({
      stateDirectory,
      inventory: options.inventory,
      limit: readLimit(options.limit),
      reach: await reachOf(io, options, createAsker(io, signals), signals.stopping),
      becomeByDefault: becomeOf(options),
      forks: options.forks,
      signal: signals.stopping,
      unknownDays,
      dryRun: options.dryRun === true,
    });
    const code = await print(io, end, options);
    return signals.stopping.aborted ? exit.interrupted : code;
  } finally {
    signals.close();
  }
}

function daysOf(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new UsageError(`--unknown ${text}: expected a time like 30d`);
  if (ms < leastDays * dayMs) {
    throw new UsageError(
      `--unknown ${text}: at least ${leastDays}d; until then whoever has their journals may ask for them`,
    );
  }
  return Math.ceil(ms / dayMs);
}

async function print(io: Io, end: SweepEnd, { dryRun }: RunsCleanOptions): Promise<number> {
  if (end.kind === 'none') throw new UsageError(end.problem, exit.noHosts);
  await printDiagnostics(io, end.diagnostics);
  if (end.kind === 'invalid') return exit.invalid;
  for (const warning of end.warnings) io.stderr.write(`warning: ${safeLine(warning)}\n`);
  for (const host of end.hosts) for (const line of linesOf(host)) io.stdout.write(`${safeLine(line)}\n`);
  for (const { run, why } of end.needed) {
    io.stderr.write(`the markers of run ${run} stay: ${safeLine(why)}\n`);
  }
  const failed = end.hosts.filter(({ kind }) => kind === 'failed').length;
  const parts = [
    `${plural(
      end.hosts.reduce((sum, host) => sum + countOf(host), 0),
      'marker',
    )} on ${plural(end.hosts.length - failed, 'host')} ${dryRun === true ? 'would be removed' : 'removed'}`,
    ...(failed === 0 ? [] : [`${plural(failed, 'host')} could not be asked`]),
  ];
  io.stderr.write(`${parts.join(', ')}\n`);
  return failed === 0 ? exit.ok : exit.unreachable;
}

function linesOf(swept: SweptHost): readonly string[] {
  if (swept.kind === 'failed') return [`${swept.host}: could not be asked: ${swept.reason}`];
  return [...swept.markers].map(([run, count]) => {
    const of = run === undefined ? 'runs that are not kept here' : `run ${run}`;
    return `${swept.host}: ${plural(count, 'marker')} of ${of}`;
  });
}

function countOf(swept: SweptHost): number {
  return swept.kind === 'failed' ? 0 : [...swept.markers.values()].reduce((sum, count) => sum + count, 0);
}
