import { assertNever } from '../model/assert-never.ts';
import type { Event, EventSink } from '../model/event.ts';
import { harmlessJson } from '../model/harmless-json.ts';
import type { JournalFailure } from '../model/journal-failure.ts';
import type { JournalWriter } from './journal-writer.ts';

/** A run's journal, open for writing. */
export interface Journal {
  readonly run: string;
  /** Its directory; the journal is `journal.jsonl` in it. */
  readonly directory: string;
  /** Takes every event of the run. For an event that must be durable its promise resolves when it is, or rejects with a JournalFailure. */
  readonly sink: EventSink;
  /** Writes the rest and closes it. Gives why it is not whole, if it is not. Safe to call twice. */
  close(): Promise<JournalFailure | undefined>;
}

/** What a journal is made of. */
interface Parts {
  readonly run: string;
  readonly directory: string;
  readonly writer: JournalWriter;
  /** Nothing begins that must be remembered: one fdatasync at its end will do. */
  readonly dryRun: boolean;
  readonly end: () => Promise<void>;
}

export function journalOf({ run, directory, writer, dryRun, end }: Parts): Journal {
  let closed: Promise<JournalFailure | undefined> | undefined;
  async function close(): Promise<JournalFailure | undefined> {
    const failure = await writer.close();
    await end();
    return failure;
  }
  return {
    run,
    directory,
    sink(event) {
      const needs = dryRun ? 'order' : needsOf(event);
      const durable = needs !== 'order';
      const instead = needs === 'before' ? { instead: harmlessJson(refusalOf(event)) } : {};
      return writer.append({ json: harmlessJson(event), durable, ...instead });
    },
    close() {
      closed ??= close();
      return closed;
    },
  };
}

/** What an event needs of its journal: to be durable before what it tells of begins; to be durable; to stand in order. */
function needsOf(event: Event): 'before' | 'durable' | 'order' {
  switch (event.type) {
    case 'run.started':
    case 'run.resumed':
    case 'fix.intent':
      return 'before';
    // Taking back is wanted also when the disk is full: there is room kept for it.
    case 'rollback.intent':
    case 'fix.result':
    case 'rollback.result':
    case 'host.finished':
    case 'run.finished':
      return 'durable';
    case 'batch.started':
    case 'batch.finished':
    case 'host.connecting':
    case 'host.connected':
    case 'host.unreachable':
    case 'delegate.connected':
    case 'host.planned':
    case 'probe.read':
    case 'symptom.looked':
    case 'step.started':
    case 'step.finished':
    case 'gate.decided':
    case 'expression.traced':
    case 'note':
    case 'change.planned':
    case 'fix.waiting':
    case 'verify.looked':
    case 'warning':
      return 'order';
    default:
      return assertNever(event);
  }
}

/** Keeps the place of an event that was not to begin, so that the numbers have no gap. */
function refusalOf(event: Event): Event {
  const { seq, at, run } = event;
  const host = 'host' in event && event.host !== undefined ? { host: event.host } : {};
  const what = 'step' in event && event.step !== undefined ? ` of step ${event.step}` : '';
  const message = `the disk is full: ${event.type}${what} was refused, nothing of it was begun`;
  return { seq, at, run, type: 'warning', message, ...host };
}
