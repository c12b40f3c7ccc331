import type { Clock } from '../../model/clock.ts';

/** A clock for deadlines that stands still while the operator is asked: nobody types a code as fast as a host answers. */
export interface PatientClock {
  readonly clock: Clock;
  /** Time until this settles does not count. */
  whileAsking<T>(question: Promise<T>): Promise<T>;
}

export function patientClock(clock: Clock): PatientClock {
  let spent = 0;
  let open = 0;
  let since = 0;
  const asked = (): number => spent + (open > 0 ? clock.monotonic() - since : 0);
  return {
    clock: {
      ...clock,
      async sleep(ms, signal) {
        for (let due = ms; due > 0 && signal?.aborted !== true; ) {
          const before = asked();
          await clock.sleep(due, signal);
          due = asked() - before;
        }
      },
    },
    async whileAsking(question) {
      if (open === 0) since = clock.monotonic();
      open += 1;
      try {
        return await question;
      } finally {
        open -= 1;
        if (open === 0) spent += clock.monotonic() - since;
      }
    },
  };
}
