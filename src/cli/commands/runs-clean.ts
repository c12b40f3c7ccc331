import { cleanRuns, parseDuration, safeLine, stateDirectory } from '../../index.ts';
import { plural } from '../diagnostics.ts';
import { exit, UsageError } from '../exit.ts';
import type { Io } from '../io.ts';
import type { ReachingOptions, StateOptions } from '../options.ts';

export interface RunsCleanOptions extends StateOptions, ReachingOptions {
  readonly older: string;
  readonly keep?: string;
  readonly dryRun?: boolean;
  readonly unsettled?: boolean;
  readonly hosts?: boolean;
  readonly unknown?: string;
}

/** `runs clean`: removes old runs and names them; with `--hosts` first what runs left on hosts, while their journals tell. */
export async function runsClean(io: Io, options: RunsCleanOptions): Promise<number> {
  const olderThanMs = parseDuration(options.older);
  if (olderThanMs === undefined) throw new UsageError(`--older ${options.older}: expected a time like 30d or 12h`);
  const keep = options.keep ?? '0';
  if (!/^\d{1,6}$/.test(keep)) throw new UsageError(`--keep ${keep}: expected a number`);
  const dryRun = options.dryRun === true;
  const state = stateDirectory(options.stateDir, io.env);
  const swept = await sweepCode(io, options, state);
  if (swept !== exit.ok && swept !== exit.unreachable) return swept;
  const unsettled = options.unsettled === true;
  const onStaying = (run: string, why: string): void => io.stderr.write(`${run} stays: ${safeLine(why)}\n`);
  const removed = await cleanRuns(state, { olderThanMs, keep: Number(keep), unsettled, dryRun, onStaying });
  for (const run of removed) io.stdout.write(`${run}\n`);
  io.stderr.write(`${plural(removed.length, 'run')} ${dryRun ? 'would be removed' : 'removed'}\n`);
  return swept;
}

async function sweepCode(io: Io, options: RunsCleanOptions, state: string): Promise<number> {
  if (options.hosts === true) return (await import('../sweep.ts')).sweep(io, options, state);
  const { limit, unknown } = options;
  if (limit !== undefined) throw new UsageError('-l chooses hosts: add --hosts');
  if (unknown !== undefined) throw new UsageError('--unknown is about hosts: add --hosts');
  return exit.ok;
}
