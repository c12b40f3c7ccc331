import type { Clock } from '../model/clock.ts';

/** A clock that calls back by itself: an abort signal, which a sleep is ended with, costs ten times what a timer does. */
export interface TimerClock extends Clock {
  /** See {@link after}. */
  after(ms: number, act: () => void): () => void;
}

/** The machine's own time. */
export const systemClock: TimerClock = {
  after(ms, act) {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener('abort', done, { once: true });
    }),
};

/** Given as the reason of an abort: without one, Node makes an exception with a stack for each, half a millisecond per host. */
export const over = 'over';

export function isTimerClock(clock: Clock): clock is TimerClock {
  return 'after' in clock;
}

/** Calls `act` once after `ms` unless the returned function is called before. */
export function after(clock: Clock, ms: number, act: () => void): () => void {
  if (isTimerClock(clock)) return clock.after(ms, act);
  const controller = new AbortController();
  void clock.sleep(ms, controller.signal).then(() => {
    if (!controller.signal.aborted) act();
  });
  return () => controller.abort(over);
}

/** What `work` gives, or `late()` when it takes longer than `ms`. `work` itself goes on; its later rejection is silent. */
export async function within<T>(clock: Clock, ms: number, work: Promise<T>, late: () => T | Promise<T>): Promise<T> {
  const controller = new AbortController();
  const slow = Symbol('slow');
  work.catch(() => undefined);
  try {
    const first = await Promise.race([work, clock.sleep(ms, controller.signal).then((): typeof slow => slow)]);
    return first === slow ? await late() : first;
  } finally {
    controller.abort(over);
  }
}
