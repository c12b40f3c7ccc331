import { formatDuration } from '../model/duration.ts';
import { HostFailure } from '../model/host-failure.ts';
import type { Json } from '../model/json.ts';
import { sessionOn } from './delegate.ts';
import type { HostRun, MadeChange } from './host-run.ts';
import type { FixWait } from './recover-fix.ts';
import { type StepPlace, stampOf } from './step-place.ts';

/** Changes that take turns with other programs on the host, by a lock that these programs take too. */
export type Contender = Pick<MadeChange, 'action' | 'change' | 'become' | 'on'>;

/** Why a fix or an undo was not attempted (again). */
export interface GaveUp {
  readonly reason: string;
  /** Ctrl-C, not the end of its patience. */
  readonly interrupted: boolean;
}

/** Why something is left to do after an attempt. */
export interface Hindrance {
  readonly reason: string;
  /** Another program holds what it needs, or the wire broke before it began. */
  readonly by: 'program' | 'wire';
  /** A part was done: what is left waits anew. */
  readonly advanced: boolean;
}

/** The waits of one fix or one undo. How long it waits and how long it may run are two things, and bounded each for itself. */
export interface Turn {
  /** How long each script may run once it has begun, in ms, however long was waited before. */
  readonly runMs: number;
  /** Before the first attempt: waits while another program is seen to hold what the changes need. `undefined`: go. */
  free(changes: readonly Contender[]): Promise<GaveUp | undefined>;
  /** Waits before the given next attempt. */
  again(changes: readonly Contender[], attempt: number, hindrance: Hindrance): Promise<GaveUp | undefined>;
  /** Tells of a wait that is not for a turn: during this attempt the wire broke. */
  tell(attempt: number): (wait: FixWait) => Promise<void>;
}

interface Patience {
  /** In ms: so long it waits, and so long each of its scripts may then run. */
  readonly timeoutMs: number;
  /** What ends a wait early. */
  readonly signal: AbortSignal;
  readonly rollback?: true;
}

const longestPauseMs = 15_000;
/** No pause is shorter; what would be left of the patience after one joins it. */
const shortestPauseMs = 1000;
/** While it pauses, the host is asked so often whether the way is free. */
const lookEveryMs = 2000;

export function takeTurns(place: StepPlace, { timeoutMs, signal, rollback }: Patience): Turn {
  const { run } = place;
  const { clock, emit } = run.parts;
  let waitsSince: number | undefined;
  let pauses = 0;

  async function say(attempt: number, wait: FixWait): Promise<void> {
    const back = rollback === undefined ? {} : { rollback };
    await emit({ type: 'fix.waiting', ...stampOf(place), attempt, ...wait, ...back });
  }

  /** Sleeps; ended early by Ctrl-C, or, where a look can tell, as soon as the way is free. */
  async function pause(ms: number, isFree: () => Promise<boolean>): Promise<void> {
    const end = clock.monotonic() + ms;
    for (let left = ms; left > 0 && !signal.aborted; left = end - clock.monotonic()) {
      await clock.sleep(Math.min(lookEveryMs, left), signal);
      if (left > lookEveryMs && !signal.aborted && (await isFree())) return;
    }
  }

  /** `first`: what is known to hold it up; `seen`: a look at the host says so, and would say when it ends. */
  async function wait(
    changes: readonly Contender[],
    attempt: number,
    first: Omit<Hindrance, 'advanced'>,
    seen: boolean,
  ): Promise<GaveUp | undefined> {
    let { reason } = first;
    waitsSince ??= clock.monotonic();
    for (;;) {
      const waitedMs = clock.monotonic() - waitsSince;
      const leftMs = timeoutMs - waitedMs;
      if (signal.aborted) return { reason: `interrupted while it waited: ${reason}`, interrupted: true };
      if (leftMs < shortestPauseMs) {
        return { reason: `${reason}; ${tooLong(first.by, waitedMs, rollback)}`, interrupted: false };
      }
      pauses += 1;
      const pauseMs = Math.min(1000 * 2 ** pauses, longestPauseMs);
      const nextMs = leftMs - pauseMs < shortestPauseMs ? leftMs : pauseMs;
      await say(attempt, { reason, waitedMs, nextMs, leftMs });
      await pause(nextMs, async () => seen && (await heldBy(run, changes)) === undefined);
      const still = signal.aborted ? reason : await heldBy(run, changes);
      if (still === undefined) return undefined;
      reason = still;
    }
  }

  return {
    runMs: timeoutMs,
    async free(changes) {
      const reason = await heldBy(run, changes);
      return reason === undefined ? undefined : wait(changes, 1, { reason, by: 'program' }, true);
    },
    async again(changes, attempt, { reason, by, advanced }) {
      if (advanced) {
        waitsSince = undefined;
        pauses = 0;
      }
      const seen = await heldBy(run, changes);
      if (seen !== undefined) return wait(changes, attempt, { reason: seen, by: 'program' }, true);
      return wait(changes, attempt, { reason, by }, false);
    },
    tell: (attempt) => (wait) => say(attempt, wait),
  };
}

function tooLong(by: Hindrance['by'], ms: number, rollback: true | undefined): string {
  const waited = formatDuration(ms);
  if (by === 'wire') return `tried again for ${waited}`;
  return rollback === undefined
    ? `waited ${waited} (let that program finish, or end it, and run again; a longer timeout: of the step waits longer)`
    : `waited ${waited} (let that program finish, or end it, then undo this by hand)`;
}

/** What holds one of the changes up; several that wait for the same are one reason. */
async function heldBy(run: HostRun, changes: readonly Contender[]): Promise<string | undefined> {
  const reasons = await Promise.all(changes.map((entry) => busyWith(run, entry)));
  return reasons.find((reason) => reason !== undefined);
}

const lookTimeoutMs = 10_000;
const noParams: { readonly [name: string]: Json } = {};

async function busyWith(run: HostRun, { action, change, become, on }: Contender): Promise<string | undefined> {
  if (action.busy === undefined) return undefined;
  const label = { kind: 'busy', name: action.name, params: noParams } as const;
  try {
    const session = on === undefined ? run.session : await sessionOn(run, on);
    return await action.busy(session.inspector(label, become, lookTimeoutMs), change);
  } catch (error) {
    // A wait must not fail for a look that only makes it shorter. Where the wire broke, the attempt finds out, proves that
    // it did not begin, and connects again.
    if (!(error instanceof HostFailure) || error.phase === 'cancelled') throw error;
    return undefined;
  }
}
