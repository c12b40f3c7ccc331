import type { Event } from '../model/event.ts';
import type { Row } from './row.ts';
import type { Colours } from './words.ts';

export type RunStarted = Extract<Event, { type: 'run.started' }>;

/** What the live view shows: rows, written by events. */
export interface Board {
  readonly rows: readonly Row[];
  take(event: Event): void;
  /** The line under the rows. */
  status(columns: number, colours: Colours): string;
}
