import type { Clock } from '../model/clock.ts';
import type { Answer } from '../model/command.ts';
import { type FailurePhase, HostFailure } from '../model/host-failure.ts';
import type { Connection, FixOutcome, FixRequest } from '../model/transport.ts';
import { wholeTime } from '../shell/fix.ts';
import { greetQuietly } from './greet.ts';

/** What is told while a fix has to wait; see the event `fix.waiting`. */
export interface FixWait {
  readonly reason: string;
  readonly waitedMs: number;
  readonly nextMs: number;
  readonly leftMs: number;
}

/** What is needed to reach a host again. */
export interface Reaching {
  current(): Connection;
  /** Replaces the current connection. Rejects with a HostFailure. */
  reopen(): Promise<void>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Is told of each wait for the host. */
  readonly waits?: ((wait: FixWait) => Promise<void>) | undefined;
}

/** How long a host that was lost is asked for, at least and at most, in ms; between these as long as its fix may take. */
const askingMs = { least: 30_000, most: 120_000 } as const;

/** The pauses between attempts to reach a host, or to get an answer, in ms; each twice the one before. Short ones are not told of. */
const pauseMs = { first: 250, told: 1000, longest: 10_000 } as const;

/** A host takes so long to end a fix whose time is over; then it has recorded how it ended. */
const endingMs = 10_000;

/** Where another attempt to connect may do better. */
const passing: readonly FailurePhase[] = ['jump', 'dns', 'tcp', 'banner', 'kex', 'channel', 'lost', 'timeout'];

/** Carries a fix out once; when the wire breaks, asks the host over another one. */
export async function recoverFix(request: FixRequest, reaching: Reaching): Promise<FixOutcome> {
  const { clock, current, waits } = reaching;
  const runsUntil = clock.monotonic() + wholeTime(request);
  const wire = current();
  const bootBefore = wire.bootId();
  const outcome = wholeRecord(await wire.fix(request), request);
  const { key, become } = request;
  if (reaching.signal.aborted || outcome.kind === 'ended') return outcome;
  const { phase, message } = outcome.failure;
  if (outcome.kind === 'not_started' ? phase !== 'lost' : phase === 'cancelled' || outcome.asked === true)
    return outcome;
  const brokeAt = clock.monotonic();
  const untilAsked = brokeAt + Math.min(Math.max(runsUntil - brokeAt, askingMs.least), askingMs.most);
  const tell = async (reason: string, nextMs: number, until: number): Promise<void> => {
    const now = clock.monotonic();
    await waits?.({ reason, waitedMs: now - brokeAt, nextMs, leftMs: Math.max(0, until - now) });
  };
  const reached = reopener(reaching, untilAsked, tell);
  if (outcome.kind === 'not_started') {
    const unreached = await reached();
    if (unreached !== undefined) return { kind: 'not_started', failure: unreached, lost: true };
    // Should the wire break in the next attempt too, the boot in which that was sent must be known.
    await greetQuietly(current(), become);
    return outcome;
  }
  if (key === undefined) return outcome;
  // As it was when the fix was sent: a marker that is missing on another boot proves nothing.
  const bootId = bootBefore ?? wire.bootId();
  let known = outcome;
  for (let pause: number = pauseMs.first; ; pause = Math.min(pause * 2, pauseMs.longest)) {
    const unreached = await reached();
    if (unreached !== undefined) return stillUnknown(known, `the host could not be asked: ${unreached.message}`);
    const timeoutMs = Math.max(runsUntil - clock.monotonic(), 0) + endingMs;
    await tell(`${message}; the host is asked what became of the fix`, timeoutMs, clock.monotonic() + timeoutMs);
    const found = wholeRecord(await current().adopt({ key, become, timeoutMs, bootId }), request);
    if (found.kind === 'not_started' && outcome.begun === true) {
      return stillUnknown({ ...known, asked: true }, 'it had begun, and the host has no marker of it any more');
    }
    if (found.kind !== 'unknown') return found;
    known = { ...outcome, answers: longer(found.answers, known.answers) };
    if (found.asked === true || clock.monotonic() + pause > untilAsked || reaching.signal.aborted) {
      const { failure, answers } = known;
      return stillUnknown({ ...found, failure, answers }, `asked later: ${found.failure.message}`);
    }
    if (pause >= pauseMs.told)
      await tell(`${message}; the host gave no answer: ${found.failure.message}`, pause, untilAsked);
    await clock.sleep(pause, reaching.signal);
  }
}

/** A host whose disk was full may have recorded that a fix ended, and not how each of its commands did. */
function wholeRecord(outcome: FixOutcome, { parts }: FixRequest): FixOutcome {
  if (outcome.kind !== 'ended' || outcome.adopted !== true) return outcome;
  const { answers } = outcome;
  const commands = parts.flatMap((part) => part.commands).length;
  if (answers.length === commands || (answers.at(-1)?.rc ?? 0) !== 0) return outcome;
  const failure = new HostFailure('host_storage', 'the fix ended, and the host’s record of how it ended has gaps');
  return { kind: 'unknown', failure, answers, asked: true };
}

type Unknown = Extract<FixOutcome, { readonly kind: 'unknown' }>;

function stillUnknown(outcome: Unknown, more: string): FixOutcome {
  const { phase, message, help } = outcome.failure;
  return { ...outcome, failure: new HostFailure(phase, `${message}; ${more}`, help) };
}

function longer(one: readonly Answer[], other: readonly Answer[]): readonly Answer[] {
  return one.length >= other.length ? one : other;
}

/** A new wire, tried for with growing pauses. `undefined`: it is there. */
function reopener(
  { reopen, clock, signal }: Reaching,
  until: number,
  tell: (reason: string, nextMs: number, until: number) => Promise<void>,
): () => Promise<HostFailure | undefined> {
  return async () => {
    for (let pause: number = pauseMs.first; ; pause = Math.min(pause * 2, pauseMs.longest)) {
      try {
        await reopen();
        return undefined;
      } catch (error) {
        if (!(error instanceof HostFailure)) throw error;
        if (signal.aborted || !passing.includes(error.phase) || clock.monotonic() + pause > until) return error;
        if (pause >= pauseMs.told)
          await tell(`the connection broke, and there is no new one yet: ${error.message}`, pause, until);
      }
      await clock.sleep(pause, signal);
    }
  };
}
