import { cleanRuns, parseDuration, stateDirectory } from '../../index.ts';
import { plural } from '../diagnostics.ts';
import { exit, UsageError } from '../exit.ts';
import type { Io } from '../io.ts';
import type { StateOptions } from '../options.ts';

export interface RunsCleanOptions extends StateOptions {
  readonly older: string;
  readonly keep?: string;
  readonly dryRun?: boolean;
}

/** `runs clean`: removes old runs and names them. */
export async function runsClean(io: Io, options: RunsCleanOptions): Promise<number> {
  const olderThanMs = parseDuration(options.older);
  if (olderThanMs === undefined) throw new UsageError(`--older ${options.older}: expected a time like 30d or 12h`);
  const keep = options.keep ?? '0';
  if (!/^\d{1,6}$/.test(keep)) throw new UsageError(`--keep ${keep}: expected a number`);
  const dryRun = options.dryRun === true;
  const state = stateDirectory(options.stateDir, io.env);
  const removed = await cleanRuns(state, { olderThanMs, keep: Number(keep), dryRun });
  for (const run of removed) io.stdout.write(`${run}\n`);
  io.stderr.write(`${plural(removed.length, 'run')} ${dryRun ? 'would be removed' : 'removed'}\n`);
  return exit.ok;
}
