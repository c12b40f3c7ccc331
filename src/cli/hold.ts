import type { Event, Reporter } from '../index.ts';
import { followRun } from './crash.ts';

/** A reporter that says nothing between `pause` and `resume`, and then all at once: no line runs into a question. */
export function holdWhilePaused(reporter: Reporter): Reporter {
  const held: Event[] = [];
  let pauses = 0;
  function release(): void {
    for (const event of held.splice(0)) reporter.emit(event);
  }
  return {
    emit(event) {
      followRun(event);
      if (pauses > 0) held.push(event);
      else reporter.emit(event);
    },
    pause() {
      pauses += 1;
      if (pauses === 1) reporter.pause();
    },
    resume() {
      pauses = Math.max(0, pauses - 1);
      if (pauses > 0) return;
      reporter.resume();
      release();
    },
    async close() {
      release();
      await reporter.close();
    },
  };
}
