import type { Clock } from '../model/clock.ts';
import type { Event, EventBody, EventSink } from '../model/event.ts';
import type { Redactor } from './redact.ts';

/** Gives out events; resolves when every sink has taken it, so that an intent can be durable before its fix starts. */
export type Emit = (body: EventBody) => Promise<void>;

/** Numbers, dates and redacts each event, then hands it to every sink in order. A sink that fails ends the run. */
export function createEmitter(run: string, sinks: readonly EventSink[], clock: Clock, redactor: Redactor): Emit {
  let seq = 0;
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
    if (pending.length > 0) await Promise.all(pending);
  };
}
