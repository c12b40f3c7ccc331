import type { Io } from './io.ts';

/** What leaves the terminal alone while somebody else writes on it. */
export interface Pausable {
  pause(): void;
  resume(): void;
}

export interface Interrupts {
  /** After the first Ctrl-C. */
  readonly stopping: AbortSignal;
  /** After the second. */
  readonly aborting: AbortSignal;
  /** A Ctrl-C that came as a key, as it does while a question is open. */
  readonly interrupt: () => void;
  close(): void;
}

/** Ctrl-C once: running steps are finished, no new ones begin. Twice: every connection is closed now. */
export function interrupts(io: Io, reporter?: Pausable): Interrupts {
  const stop = new AbortController();
  const abort = new AbortController();
  const interrupt = (): void => {
    reporter?.pause();
    if (!stop.signal.aborted) {
      stop.abort();
      io.stderr.write('\nFinishing the running steps; no new ones begin. Ctrl-C again closes all connections now.\n');
    } else {
      abort.abort();
      io.stderr.write('\nClosing all connections; what was running is reported as unknown.\n');
    }
    reporter?.resume();
  };
  const off = io.onInterrupt(interrupt);
  return { stopping: stop.signal, aborting: abort.signal, interrupt, close: off };
}
