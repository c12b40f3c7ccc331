import { writeFile } from 'node:fs/promises';
import { type ReportKind, reportRun, safeLine, safeText } from '../../index.ts';
import { exit, UsageError } from '../exit.ts';
import type { Io } from '../io.ts';
import { damageText, keptRun } from '../kept-run.ts';
import type { StateOptions } from '../options.ts';

export interface RunsReportOptions extends StateOptions {
  readonly as: ReportKind;
  readonly out?: string;
}

/** `runs report`: a kept run as one file. 2 when its journal is damaged: the report says so, and ends there. */
export async function runsReport(io: Io, name: string, options: RunsReportOptions): Promise<number> {
  const kept = await keptRun(io, name, options);
  const { damage } = kept;
  const text = await reportRun(kept.events, options.as, {
    stateDir: options.stateDir,
    ...(damage === undefined
      ? {}
      : { damage: `The journal is damaged in line ${damage.line}: ${damage.what}. What came after it is not told.` }),
  });
  if (text === undefined) throw new UsageError(`${kept.run} has no events: nothing was begun`);
  if (options.out === undefined) io.stdout.write(text);
  else await writeReport(io, options.out, text);
  if (damage === undefined) return exit.ok;
  io.stderr.write(`\n${safeText(damageText(kept))}\n`);
  return exit.failed;
}

async function writeReport(io: Io, file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw new UsageError(`${file}: ${error instanceof Error ? error.message : String(error)}`, exit.notWritten);
  }
  io.stderr.write(`${safeLine(file)} written\n`);
}
