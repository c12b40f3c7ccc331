import { randomBytes } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import { annotateRun, type Event, type Reporter, reportRun, safeLine } from '../index.ts';
import type { Io } from './io.ts';
import type { StateOptions } from './options.ts';

/** GitHub takes a mebibyte for a step. */
const mostSummary = 1_000_000;

/**
 * In GitHub Actions a run also leaves annotations and a job summary. What is printed on the way is no command to the runner,
 * whatever hosts say: it is told to obey nothing until the run is over. Elsewhere the reporter is as it was.
 */
export function onGithub(io: Io, reporter: Reporter, options: StateOptions): Reporter {
  if (io.env['GITHUB_ACTIONS'] !== 'true') return reporter;
  const events: Event[] = [];
  const token = randomBytes(16).toString('hex');
  let closed = false;
  io.stderr.write(`::stop-commands::${token}\n`);
  return {
    ...reporter,
    emit(event) {
      events.push(event);
      reporter.emit(event);
    },
    async close() {
      if (closed) return;
      closed = true;
      await reporter.close();
      io.stderr.write(`\n::${token}::\n`);
      io.stderr.write(await annotateRun(events));
      await writeSummary(io, events, options);
    },
  };
}

/** A summary that cannot be written is no reason for a run to fail. */
async function writeSummary(io: Io, events: readonly Event[], { stateDir }: StateOptions): Promise<void> {
  const file = io.env['GITHUB_STEP_SUMMARY'];
  const report = file === undefined || file === '' ? undefined : await reportRun(events, 'md', { stateDir });
  if (file === undefined || report === undefined) return;
  const large = Buffer.byteLength(report) > mostSummary;
  const hint = 'The report of this run is too large for a job summary: `mendgate runs report` writes it to a file.\n';
  try {
    await appendFile(file, large ? hint : report);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    io.stderr.write(`warning: no job summary: ${safeLine(why)}\n`);
  }
}
