import { cleanRuns, parseDuration, stateDirectory } from '../../index.ts';
import { plural } from '../diagnostics.ts';
import { exit, UsageError } from '../exit.ts';
import type { Io } from '../io.ts';
import type { StateOptions } from '../options.ts';

export interface RunsCleanOptions extends StateOptions {
  readonly older: string;
}

/** `runs clean`: removes old runs and names them. */
export async function runsClean(io: Io, options: RunsCleanOptions): Promise<number> {
  const olderThanMs = parseDuration(options.older);
  if (olderThanMs === undefined) throw new UsageError(`--older ${options.older}: expected a time like 30d or 12h`);
  const removed = await cleanRuns(stateDirectory(options.stateDir, io.env), olderThanMs);
  for (const run of removed) io.stdout.write(`${run}\n`);
  io.stderr.write(`${plural(removed.length, 'run')} removed\n`);
  return exit.ok;
}
