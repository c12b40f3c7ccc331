import type { Clock } from '../model/clock.ts';
import { formatDuration } from '../model/duration.ts';
import { foldNames } from '../model/fold-names.ts';
import type { FailurePhase } from '../model/host-failure.ts';
import type { Emit } from './emitter.ts';
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
  readonly emit: Emit;
  readonly stopping: AbortSignal;
  /** Whether somebody who comes back may begin. */
  readonly mayBegin: () => boolean;
  /** Looks at hosts anew. */
  readonly again: (ways: readonly HostWay[]) => Promise<void>;
}

/** Whether a host could not be reached, for a reason that may pass. */
export function mayComeBack({ lostIn }: HostWay): boolean {
  return lostIn !== undefined && passing.has(lostIn);
}

/** Tries hosts that could not be reached again and again, with growing pauses, until all answered or the time is over. */
export async function retryUnreachable(ways: readonly HostWay[], retrying: Retrying): Promise<void> {
  const { forMs, clock, emit, stopping, mayBegin, again } = retrying;
  const end = clock.monotonic() + forMs;
  let told = false;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    const lost = ways.filter(mayComeBack);
    const leftMs = end - clock.monotonic();
    if (lost.length === 0 || leftMs <= 0 || stopping.aborted || !mayBegin()) return;
    if (!told) await emit({ type: 'warning', message: waitText(lost, forMs) });
    told = true;
    await clock.sleep(Math.min(pauseMs, leftMs), stopping);
    if (stopping.aborted) return;
    await again(lost);
  }
}

function waitText(lost: readonly HostWay[], forMs: number): string {
  const names = foldNames(lost.map(({ name }) => name));
  return `${names} did not answer: tried again for ${formatDuration(forMs)}, or until all have answered`;
}
