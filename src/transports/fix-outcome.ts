import { assertNever } from '../model/assert-never.ts';
import { HostFailure } from '../model/host-failure.ts';
import { safeLine } from '../model/safe-text.ts';
import type { FixOutcome } from '../model/transport.ts';
import { type FoundFix, type FoundState, storageTrouble } from '../shell/marker-reply.ts';

/**
 * What a marker that was there already says of its fix. `bootId`: the boot in which the fix was asked for, as far as it is
 * known; a marker that was lost with an earlier boot proves nothing.
 */
export function foundOutcome(state: FoundState, found: FoundFix, bootId: string | undefined): FixOutcome {
  const { answers } = found;
  const unknown = (phase: 'shell' | 'timeout', message: string): FixOutcome => ({
    kind: 'unknown',
    failure: new HostFailure(phase, message),
    answers,
    asked: true,
    ...(state === 'running' || state === 'torn' || state === 'removed' ? {} : { over: true }),
    ...(state === 'cancelled' ? { absent: true } : {}),
    ...(state === 'running' ? { runs: true } : {}),
  });
  switch (state) {
    case 'ended':
      return { kind: 'ended', answers, adopted: true };
    case 'running':
      return unknown('timeout', 'the fix still runs on the host');
    case 'stopped':
      return found.late
        ? unknown('timeout', 'the fix took too long and was stopped')
        : unknown('shell', 'the fix was asked to end by something on the host');
    case 'dead':
      return found.late
        ? unknown('timeout', 'the fix took too long and was killed')
        : unknown('shell', 'the fix began and is gone, and the host has no record of its end');
    case 'rebooted':
      return unknown('shell', 'the host rebooted while the fix ran');
    case 'removed':
      return unknown('shell', 'the fix began, and somebody has removed its marker from the host');
    case 'torn':
      return unknown('shell', 'the host has a marker of the fix and no record of its beginning');
    case 'cancelled':
      return bootId !== undefined && bootId === found.bootId
        ? { kind: 'not_started', failure: new HostFailure('lost', 'the fix never began: the host has no marker of it') }
        : unknown('shell', 'the host has no marker of the fix, and rebooted since: it may have run before that');
    default:
      return assertNever(state);
  }
}

/** The host has no safe place for a marker: nothing begins without. `said` is what its mkdir complained. */
export function storageFailure(code: number, said: string): HostFailure {
  const complaint = safeLine(said.trim().split('\n').at(-1)?.slice(0, 300) ?? '');
  const why = complaint === '' || code === 2 ? '' : `: ${complaint}`;
  return new HostFailure(
    'host_storage',
    `the fix was not begun: ${storageTrouble(code)} on the host${why}`,
    'markers lie in /var/lib/mendgate of root, in ~/.local/state/mendgate of others (mode 0700)',
  );
}
