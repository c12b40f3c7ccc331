import { type Event, type RunResult, safeLine } from '../index.ts';
import type { Io } from './io.ts';

/** What a run did and its journal does not tell: the only place where it is said. */
export function printUnrecorded(io: Io, { run, journal }: RunResult): void {
  if (journal === undefined) return;
  io.stderr.write(`\nmendgate: ${safeLine(journal.reason)}\n`);
  const lines = journal.unrecorded.flatMap(describe);
  if (lines.length > 0) io.stderr.write(`This is not in the journal of ${run}:\n`);
  for (const line of lines) io.stderr.write(`  ${safeLine(line)}\n`);
}

function describe(event: Event): readonly string[] {
  switch (event.type) {
    case 'fix.intent':
    case 'rollback.intent':
      return [
        `${event.host}: step ${event.step}: ${event.type === 'fix.intent' ? 'its fix' : 'its rollback'} was not begun`,
      ];
    case 'fix.result': {
      const how = event.outcome.replaceAll('_', ' ');
      return [
        `${event.host}: step ${event.step}: its fix: ${how}${event.reason === undefined ? '' : `: ${event.reason}`}`,
      ];
    }
    case 'rollback.result':
      return [`${event.host}: step ${event.step}: taken back: ${event.done ? 'yes' : `no: ${event.reason ?? ''}`}`];
    case 'host.finished': {
      const { verdict, reason, standing = [] } = event.outcome;
      const why = reason === undefined ? '' : `: ${reason}`;
      const stands = standing.length === 0 ? '' : `; stands on the host: ${standing.join('; ')}`;
      return [`${event.host}: ${verdict.replaceAll('_', ' ')}${why}${stands}`];
    }
    default:
      return [];
  }
}
