import type { Clock } from '../../model/clock.ts';

/** A clock that starts at a recording's time and passes only while somebody sleeps, at once. */
export function replayClock(startedAt: number): Clock {
  let passed = 0;
  return {
    now: () => startedAt + passed,
    monotonic: () => passed,
    async sleep(ms, signal) {
      if (signal?.aborted !== true) passed += ms;
    },
  };
}
