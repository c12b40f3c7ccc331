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

/**
 * Ctrl-C once: running steps are finished, no new ones begin. Twice: every connection is closed now. SIGTERM is the same. A
 * terminal that is lost (SIGHUP) counts once, however often it is told.
 */
export function interrupts(io: Io, reporter?: Pausable): Interrupts {
  const stop = new AbortController();
  const abort = new AbortController();
  let closed = false;
  const interrupt = (signal?: NodeJS.Signals): void => {
    if (closed) {
      off();
      return;
    }
    if (signal === 'SIGHUP' && stop.signal.aborted) return;
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
  /** A second Ctrl-C may come when all is over already: it must not kill the last words. A third may. */
  const close = (): void => {
    closed = true;
    if (!stop.signal.aborted) off();
  };
  return { stopping: stop.signal, aborting: abort.signal, interrupt: () => interrupt(), close };
}
