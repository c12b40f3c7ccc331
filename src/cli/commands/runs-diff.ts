import { compareRuns, type KeptRun } from '../../index.ts';
import { exit, UsageError } from '../exit.ts';
import type { Io } from '../io.ts';
import { damageText, keptRun } from '../kept-run.ts';
import type { StateOptions } from '../options.ts';

/** `runs diff`: what the second run found and did otherwise than the first. 2 when a journal is damaged. */
export async function runsDiff(io: Io, first: string, second: string, options: StateOptions): Promise<number> {
  const runs = [await keptRun(io, first, options), await keptRun(io, second, options)] as const;
  const [before, after] = runs;
  const text = await compareRuns(eventsOf(before), eventsOf(after));
  io.stdout.write(text);
  const damaged = runs.filter(({ damage }) => damage !== undefined);
  for (const kept of damaged) io.stderr.write(`\n${damageText(kept)}\n`);
  return damaged.length === 0 ? exit.ok : exit.failed;
}

function eventsOf({ run, events }: KeptRun): KeptRun['events'] {
  if (events.length === 0) throw new UsageError(`${run} has no events: nothing was begun`);
  return events;
}
