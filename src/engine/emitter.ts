import type { Clock } from '../model/clock.ts';
import type { Event, EventBody, EventSink } from '../model/event.ts';
import { JournalFailure } from '../model/journal-failure.ts';
import type { Redactor } from './redact.ts';

/** Gives out events; resolves when every sink has taken it, so that an intent can be durable before its fix starts. */
export type Emit = (body: EventBody) => Promise<void>;

/** What tells of something that is about to begin: it does not, when the journal cannot take it. */
const beginnings: ReadonlySet<Event['type']> = new Set(['run.started', 'run.resumed', 'fix.intent', 'rollback.intent']);

/**
 * Numbers, dates and redacts each event, then hands it to every sink in order. A sink that fails ends the run, but for a journal
 * that cannot be written: `journalFailed` hears of it, and only what was about to begin is refused, with that failure.
 * `lastSeq`: of the run that goes on.
 */
export function createEmitter(
  run: string,
  sinks: readonly EventSink[],
  clock: Clock,
  redactor: Redactor,
  journalFailed: (failure: JournalFailure, event: Event) => void,
  lastSeq = 0,
): Emit {
  let seq = lastSeq;
  let lastNow = Number.NaN;
  let at = '';
  return async (body) => {
    seq += 1;
    const now = clock.now();
    if (now !== lastNow) at = new Date(now).toISOString();
    lastNow = now;
    // A body is an event without its stamp (model/event.ts); together they are that event again.
    const event = redactor.value({ seq, at, run, ...body }) as Event;
    const pending = sinks.flatMap((sink) => sink(event) ?? []);
    if (pending.length === 0) return;
    try {
      await Promise.all(pending);
    } catch (error) {
      if (!(error instanceof JournalFailure)) throw error;
      journalFailed(error, event);
      if (beginnings.has(event.type)) throw error;
    }
  };
}
