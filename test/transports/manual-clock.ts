import type { Clock } from '../../src/model/clock.ts';

/** A clock whose time passes only when it is told to. */
export interface ManualClock extends Clock {
  /** Ends every sleep whose time comes within `ms`, in order, and lets what waits for it go on. */
  pass(ms: number): Promise<void>;
}

export function manualClock(): ManualClock {
  let time = 0;
  const sleepers = new Set<{ readonly at: number; wake(): void }>();
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    now: () => time,
    monotonic: () => time,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const sleeper = {
          at: time + ms,
          wake() {
            sleepers.delete(sleeper);
            resolve();
          },
        };
        if (signal?.aborted === true) resolve();
        else sleepers.add(sleeper);
        signal?.addEventListener('abort', sleeper.wake, { once: true });
      }),
    async pass(ms) {
      const end = time + ms;
      for (;;) {
        await settled();
        const [next] = [...sleepers].filter(({ at }) => at <= end).sort((one, other) => one.at - other.at);
        if (next === undefined) break;
        time = next.at;
        next.wake();
      }
      time = end;
    },
  };
}
