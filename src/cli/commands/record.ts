import { writeFile } from 'node:fs/promises';
import { checkRunbook, chooseRunHosts, readInventory, recordHost, safeLine } from '../../index.ts';
import { plural } from '../diagnostics.ts';
import { ended } from '../ended.ts';
import { exit, UsageError } from '../exit.ts';
import { extraVars } from '../extra-vars.ts';
import type { Io } from '../io.ts';
import { readLimit } from '../limit.ts';
import { type PackGiven, packsGiven, type ReachingOptions, type ShownOptions } from '../options.ts';
import { becomeOf } from '../reach.ts';
import type { SecretOptions } from '../secret-options.ts';
import { withShownRun } from '../shown-run.ts';

export interface RecordOptions extends ReachingOptions, PackGiven, SecretOptions, Pick<ShownOptions, 'verbose'> {
  readonly extraVars: readonly string[];
  readonly out?: string;
}

/** Looks at one host as a dry run does, and writes down what it answered. 0 where the host could be looked at. */
export async function record(io: Io, runbook: string, options: RecordOptions): Promise<number> {
  const limit = readLimit(options.limit);
  const packs = packsGiven(options);
  await refuseSeveral(runbook, options.inventory, limit, packs);
  // The transcript goes to stdout where no file is named.
  return withShownRun(io, options, io.stderr, async ({ reporter, request }) => {
    const { end, transcript, readings } = await recordHost({
      ...(await request()),
      forks: 1,
      runbook,
      packs,
      inventory: options.inventory,
      limit,
      extra: extraVars(options.extraVars),
      becomeByDefault: becomeOf(options),
    });
    await reporter.close();
    const code = await ended(io, end, { ...options, dryRun: true });
    if (transcript === undefined) return code;
    if (options.out === undefined) io.stdout.write(transcript);
    else {
      await write(options.out, transcript);
      const what = plural(readings ?? 0, 'reading');
      io.stderr.write(`\n${what} in ${safeLine(options.out)}. It shows a real host: read it before you share it.\n`);
    }
    return exit.ok;
  });
}

/** A transcript is one host's. What is wrong with runbook or inventory is said by the run itself. */
async function refuseSeveral(
  runbook: string,
  inventory: readonly string[],
  limit: string | undefined,
  packs: readonly string[],
): Promise<void> {
  const [{ value: book }, { value: known }] = await Promise.all([
    checkRunbook(runbook, { packs }),
    readInventory(inventory),
  ]);
  if (book === undefined || known === undefined) return;
  const chosen = await chooseRunHosts(book, known, limit);
  if (chosen.kind !== 'hosts' || chosen.hosts.length <= 1) return;
  throw new UsageError(`a recording is of one host, and these are ${chosen.hosts.length}: name it with -l HOST`);
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { mode: 0o600 });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${safeLine(file)}: ${why}`, exit.notWritten);
  }
}
