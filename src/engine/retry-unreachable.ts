import type { Clock } from '../model/clock.ts';
import type { FailurePhase } from '../model/host-failure.ts';
import type { HostWay } from './host-way.ts';

/** What may pass by itself. A login that was refused is not tried again: hosts lock out who does. */
const passing: ReadonlySet<FailurePhase> = new Set<FailurePhase>([
  'jump',
  'dns',
  'tcp',
  'banner',
  'kex',
  'channel',
  'lost',
  'timeout',
  'protocol',
]);

const firstPauseMs = 5_000;
const longestPauseMs = 60_000;

/** What trying again needs of its run. */
export interface Retrying {
  /** For so long. */
  readonly forMs: number;
  readonly clock: Clock;
  readonly stopping: AbortSignal;
  /** Looks at hosts anew, and changes those that are due. */
  readonly again: (ways: readonly HostWay[]) => Promise<void>;
}

/** Tries hosts that could not be reached again and again, with growing pauses, until all answered or the time is over. */
export async function retryUnreachable(ways: readonly HostWay[], retrying: Retrying): Promise<void> {
  const { forMs, clock, stopping, again } = retrying;
  const end = clock.monotonic() + forMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    const lost = ways.filter(({ lostIn }) => lostIn !== undefined && passing.has(lostIn));
    const leftMs = end - clock.monotonic();
    if (lost.length === 0 || leftMs <= 0) return;
    await clock.sleep(Math.min(pauseMs, leftMs), stopping);
    if (stopping.aborted) return;
    await again(lost);
  }
}
