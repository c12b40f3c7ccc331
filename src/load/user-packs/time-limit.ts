import { formatDuration } from '../../model/duration.ts';
import { HostFailure } from '../../model/host-failure.ts';
import type { Inspector } from '../../model/probe.ts';
import { Unknown } from '../../model/unknown.ts';
import { inspectBy } from './inspector.ts';
import { asMendgate } from './pack-at-work.ts';

/** For a pack's own code, where no call says otherwise. */
const defaultLimitMs = 60_000;

/**
 * What a pack's look gives, or why it came to no end. Only the pack's own time counts, from one answer of the host to the
 * next command, or to the result; commands have limits of their own. It is real time, on the machine where the code runs.
 */
export function limited<T>(name: string, host: Inspector, look: (host: Inspector) => Promise<T>): Promise<T | Unknown> {
  const { timeoutMs = defaultLimitMs, signal } = host;
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    let underway = 0;
    let over = false;
    const stop = (): void => clearTimeout(timer);
    const goOn = (): void => {
      if (!over && underway === 0) timer = setTimeout(() => end(() => resolve(tooLong(name, timeoutMs))), timeoutMs);
    };
    const end = (settle: () => void): void => {
      over = true;
      stop();
      signal?.removeEventListener('abort', abort);
      settle();
    };
    const abort = (): void => end(() => reject(new HostFailure('cancelled', 'interrupted')));
    const run: Inspector['run'] = async (command) => {
      if (over) throw new Error('its time is over');
      stop();
      underway += 1;
      try {
        return await asMendgate(() => host.run(command));
      } finally {
        underway -= 1;
        goOn();
      }
    };
    signal?.addEventListener('abort', abort);
    asMendgate(goOn);
    look(inspectBy(host, run)).then(
      (value) => end(() => resolve(value)),
      (error: unknown) => end(() => reject(error)),
    );
  });
}

function tooLong(name: string, ms: number): Unknown {
  return new Unknown(`${name} gives no answer, and asked nothing of the host for ${formatDuration(ms)}`);
}

/** The same for something that asks no host. Rejects when the time is over. */
export async function limitedLoad<T>(load: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`it is not ready after ${formatDuration(defaultLimitMs)}`);
    timer = setTimeout(() => reject(error), defaultLimitMs);
  });
  try {
    return await Promise.race([load, late]);
  } finally {
    clearTimeout(timer);
  }
}
