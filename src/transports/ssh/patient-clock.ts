import type { Clock } from '../../model/clock.ts';
import { after } from '../clock.ts';

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
  const patient = {
    ...clock,
    async sleep(ms: number, signal?: AbortSignal) {
      for (let due = ms; due > 0 && signal?.aborted !== true; ) {
        const before = asked();
        await clock.sleep(due, signal);
        due = asked() - before;
      }
    },
    after(ms: number, act: () => void): () => void {
      const before = asked();
      let disarm = after(clock, ms, () => {
        const due = asked() - before;
        if (due > 0) disarm = patient.after(due, act);
        else act();
      });
      return () => disarm();
    },
  };
  return {
    clock: patient,
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
