import type { Event } from '../model/event.ts';
import { count } from './text.ts';

/** What a live view says of the batches of a run, in a few words; empty where there are none. */
export interface BatchNote {
  take(event: Event): void;
  text(): string;
}

export function createBatchNote(): BatchNote {
  let text = '';
  return {
    take(event) {
      if (event.type === 'batch.started') {
        const waiting = event.waiting === 0 ? '' : `, ${event.waiting} wait`;
        text = `batch ${event.batch}: ${count(event.hosts.length, 'host')}${waiting}; `;
      } else if (event.type === 'batch.finished') text = `batch ${event.batch} has ended; `;
      else if (event.type === 'run.finished') text = '';
    },
    text: () => text,
  };
}
