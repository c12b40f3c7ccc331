import { formatDuration } from '../model/duration.ts';
import type { Event } from '../model/event.ts';
import { needsLook, type Verdict } from '../model/result.ts';
import { safeLine } from '../model/safe-text.ts';
import { createBatchNote } from './batch-note.ts';
import type { Board, RunStarted } from './board.ts';
import { createRow, type Ending, type Row } from './row.ts';
import { place } from './sentences.ts';
import { count, pad, truncate, width } from './text.ts';
import { type Colours, isUndo, verdictPaint, word } from './words.ts';

/** A row per host: the host and its current step, then its verdict. */
export function createHostBoard(started: RunStarted): Board {
  const hostColumns = Math.min(30, Math.max(...started.hosts.map((host) => width(safeLine(host)))));
  const rows = new Map(started.hosts.map((host) => [host, createRow(host, text(host, 'waiting'))]));
  const verdicts = new Map<string, Verdict>();
  const undo = isUndo(started);
  const batches = createBatchNote();

  /** The host's name, at most half a narrow row. */
  function name(host: string, columns: number): string {
    const room = Math.min(hostColumns, Math.floor(columns / 2));
    return pad(truncate(safeLine(host), room), room);
  }
  function text(host: string, now: string): Row['text'] {
    return (columns, colours) => {
      const lead = name(host, columns);
      return `${colours.bold(lead)}  ${truncate(inOneRow(now), Math.max(0, columns - width(lead) - 2))}`;
    };
  }
  function verdictText(host: string, verdict: Verdict, about: string): Row['text'] {
    return (columns, colours) => {
      const lead = name(host, columns);
      const how = word(verdict);
      const room = Math.max(0, columns - width(lead) - 4 - how.length);
      return `${colours.bold(lead)}  ${verdictPaint(colours, verdict, undo)(how)}  ${truncate(inOneRow(about), room)}`;
    };
  }
  function end(row: Row, verdict: Verdict, about: string): void {
    verdicts.set(row.key, verdict);
    row.text = verdictText(row.key, verdict, about);
    row.begun = true;
    row.end(endingOf(verdict, undo));
  }

  function take(event: Event): void {
    batches.take(event);
    if (!('host' in event) || event.host === undefined) return;
    const row = rows.get(event.host);
    if (row === undefined || event.type === 'warning') return;
    if (event.type === 'host.finished') {
      const { verdict, diagnosis, reason } = event.outcome;
      const about = verdict === 'unreachable' ? (reason ?? '') : diagnosis || (reason ?? '');
      end(row, verdict, `${about} (${formatDuration(event.ms)})`);
    } else if (event.type === 'host.unreachable') {
      end(row, 'unreachable', `${event.phase}: ${event.reason}`);
    } else if (event.type === 'host.planned') {
      const { verdict, diagnosis, reason } = event.plan;
      if (started.dryRun) end(row, verdict, diagnosis || (reason ?? ''));
      else row.text = text(row.key, `planned: ${diagnosis || (reason ?? word(verdict))}`);
    } else {
      const now = doing(event);
      if (now === undefined) return;
      row.begun = true;
      row.text = text(row.key, now);
    }
  }

  function status(columns: number, colours: Colours): string {
    return statusLine(batches.text(), [...verdicts.values()], started, columns, colours);
  }
  return { rows: [...rows.values()], take, status };
}

/** Lines of a runbook's message one behind the other. */
function inOneRow(text: string): string {
  return safeLine(text.replaceAll(/\s*\n\s*/g, ' ').trimEnd());
}

function waited(ms: number): string {
  return ms < 1000 ? '' : ` ${formatDuration(Math.round(ms / 1000) * 1000)}`;
}

/** What a host is at, in a few words; `undefined`: no news. */
function doing(event: Event): string | undefined {
  switch (event.type) {
    case 'host.connecting':
      return 'connecting';
    case 'host.connected':
      return 'looking for the symptom';
    case 'step.started':
      return `${place(event)}: ${event.title}`;
    case 'fix.intent':
      return `${place(event)}: fixing: ${event.changes.map((change) => change.summary).join('; ')}`;
    case 'fix.waiting':
      return `${place(event)}: ${event.rollback ? 'rollback waits' : 'waits'}${waited(event.waitedMs)}: ${event.reason}`;
    case 'fix.result':
      return `${place(event)}: verifying`;
    case 'rollback.intent':
      return `${place(event)}: rolling back`;
    default:
      return undefined;
  }
}

export function endingOf(verdict: Verdict, undo: boolean): Ending {
  if (needsLook(verdict, undo)) return 'bad';
  return verdict === 'not_started' || verdict === 'not_applicable' ? 'skipped' : 'good';
}

/** How far a run is: how many of its hosts are done, and how many of them need a look. */
export function statusLine(
  batches: string,
  verdicts: readonly Verdict[],
  started: RunStarted,
  columns: number,
  colours: Colours,
): string {
  const left = verdicts.filter((verdict) => verdict === 'not_started').length;
  const notStarted = left === 0 ? '' : `, ${left} not started`;
  const done = `${batches}${verdicts.length - left} of ${count(started.hosts.length, 'host')} done${notStarted}`;
  const bad = verdicts.filter((verdict) => needsLook(verdict, isUndo(started))).length;
  const look = bad === 0 ? '' : `, ${bad} ${bad === 1 ? 'needs' : 'need'} a look`;
  const text = truncate(done + look, columns - 1);
  return bad === 0 ? colours.dim(text) : colours.red(text);
}
