import type { Clock } from '../model/clock.ts';
import { after } from './clock.ts';

/** Whoever has not let us in after so long mostly lets us wait: a dead way, a silent peer, a question to the operator. */
const longMs = 2000;

/** What `open` gives; `waits` is told once when that takes long. */
export async function tellWaits<T>(clock: Clock, waits: (() => void) | undefined, open: () => Promise<T>): Promise<T> {
  if (waits === undefined) return open();
  const disarm = after(clock, longMs, waits);
  try {
    return await open();
  } finally {
    disarm();
  }
}
