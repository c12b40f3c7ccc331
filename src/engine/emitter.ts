import type { Clock } from '../model/clock.ts';
import type { Event, EventBody, EventSink } from '../model/event.ts';
import type { Redactor } from './redact.ts';

/** Gives out events; resolves when every sink has taken it, so that an intent can be durable before its fix starts. */
export type Emit = (body: EventBody) => Promise<void>;

/** Numbers, dates and redacts each event, then hands it to every sink in order. A sink that fails ends the run. */
export function createEmitter(run: string, sinks: readonly EventSink[], clock: Clock, redactor: Redactor): Emit {
  let seq = 0;
  return async (body) => {
    seq += 1;
    const stamp = { seq, at: new Date(clock.now()).toISOString(), run };
    // A body is an event without its stamp (model/event.ts); together they are that event again.
    const event = redactor.value({ ...stamp, ...body }) as Event;
    const pending = sinks.map((sink) => sink(event));
    await Promise.all(pending);
  };
}
