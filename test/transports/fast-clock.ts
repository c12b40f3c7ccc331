import type { Clock } from '../../src/model/clock.ts';
import { systemClock } from '../../src/transports/clock.ts';

/** A clock that runs `factor` times as fast as the machine's: deadlines of seconds in milliseconds. */
export function fastClock(factor: number): Clock {
  return {
    now: () => systemClock.now() * factor,
    monotonic: () => systemClock.monotonic() * factor,
    sleep: (ms, signal) => systemClock.sleep(ms / factor, signal),
  };
}
