import type { Clock } from '../model/clock.ts';
import { type FailurePhase, HostFailure } from '../model/host-failure.ts';
import type { Connection, FixOutcome, FixRequest } from '../model/transport.ts';

/** What is needed to reach a host again. */
export interface Reaching {
  current(): Connection;
  /** Replaces the current connection. Rejects with a HostFailure. */
  reopen(): Promise<void>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** How long a host that was lost is asked for, at least and at most, in ms; between these as long as its fix may take. */
const askingMs = { least: 30_000, most: 120_000 } as const;

/** How long a fix that still runs when its host is back is waited for at least, in ms. */
const leastWaitMs = 5000;

/** Where another attempt to connect may do better. */
const passing: readonly FailurePhase[] = ['jump', 'dns', 'tcp', 'banner', 'kex', 'channel', 'lost', 'timeout'];

/** Carries a fix out once; when the wire breaks, asks the host over another one. */
export async function recoverFix(request: FixRequest, reaching: Reaching): Promise<FixOutcome> {
  const { clock } = reaching;
  const endsAt = clock.monotonic() + request.timeoutMs;
  // As it was when the fix was sent: a marker that is missing on another boot proves nothing.
  const { current } = reaching;
  const bootBefore = current().bootId();
  const outcome = await current().fix(request);
  const { key, become } = request;
  if (reaching.signal.aborted || outcome.kind === 'ended') return outcome;
  const { phase } = outcome.failure;
  if (outcome.kind === 'not_started' ? phase !== 'lost' : phase === 'cancelled' || outcome.asked === true)
    return outcome;
  const untilAsked = clock.monotonic() + Math.min(Math.max(endsAt - clock.monotonic(), askingMs.least), askingMs.most);
  if (outcome.kind === 'not_started') {
    const unreached = await reopenUntil(untilAsked, reaching);
    return unreached === undefined ? outcome : { kind: 'not_started', failure: unreached };
  }
  if (key === undefined) return outcome;
  for (;;) {
    const unreached = await reopenUntil(untilAsked, reaching);
    if (unreached !== undefined) return stillUnknown(outcome, `the host could not be asked: ${unreached.message}`);
    const timeoutMs = Math.max(endsAt - clock.monotonic(), leastWaitMs);
    const found = await current().adopt({ key, become, timeoutMs, bootId: bootBefore });
    if (found.kind !== 'unknown') return found;
    if (found.asked === true || clock.monotonic() >= untilAsked || reaching.signal.aborted) {
      return stillUnknown({ ...outcome, ...found }, `asked later: ${found.failure.message}`, outcome.failure);
    }
  }
}

type Unknown = Extract<FixOutcome, { readonly kind: 'unknown' }>;

function stillUnknown(outcome: Unknown, more: string, first = outcome.failure): FixOutcome {
  return { ...outcome, failure: new HostFailure(first.phase, `${first.message}; ${more}`, first.help) };
}

/** A new wire, tried for with growing pauses. `undefined`: it is there. */
async function reopenUntil(until: number, { reopen, clock, signal }: Reaching): Promise<HostFailure | undefined> {
  for (let pause = 250; ; pause = Math.min(pause * 2, 10_000)) {
    try {
      await reopen();
      return undefined;
    } catch (error) {
      if (!(error instanceof HostFailure)) throw error;
      if (signal.aborted || !passing.includes(error.phase) || clock.monotonic() + pause > until) return error;
    }
    await clock.sleep(pause, signal);
  }
}
