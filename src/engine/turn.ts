import { formatDuration } from '../model/duration.ts';
import { HostFailure } from '../model/host-failure.ts';
import type { Json } from '../model/json.ts';
import type { HostRun, MadeChange } from './host-run.ts';
import { type StepPlace, stampOf } from './step-place.ts';

/** Changes that take turns with other programs on the host, by a lock that these programs take too. */
export type Contender = Pick<MadeChange, 'action' | 'change' | 'become'>;

/** Why a fix or an undo was not attempted (again). */
export interface GaveUp {
  readonly reason: string;
  /** Ctrl-C, not the deadline. */
  readonly interrupted: boolean;
}

/** The patience of one fix or one undo: all its attempts share a deadline. */
export interface Turn {
  /** Monotonic ms. */
  readonly deadline: number;
  /** Before an attempt: waits while another program is seen to hold what the changes need. `undefined`: go. */
  free(changes: readonly Contender[], attempt: number): Promise<GaveUp | undefined>;
  /** After an attempt that did nothing for this reason: waits before the given next one. */
  again(changes: readonly Contender[], attempt: number, reason: string): Promise<GaveUp | undefined>;
}

interface Patience {
  readonly timeoutMs: number;
  /** What ends the wait early. */
  readonly signal: AbortSignal;
  readonly rollback?: true;
}

const longestPauseMs = 15_000;
/** While it pauses, the host is asked so often whether the way is free. */
const lookEveryMs = 2000;
/** Less time than this is not worth another attempt. */
const tooLateMs = 2000;

export function takeTurns(place: StepPlace, { timeoutMs, signal, rollback }: Patience): Turn {
  const { run } = place;
  const { clock, emit } = run.parts;
  const deadline = clock.monotonic() + timeoutMs;
  let waiting: number | undefined;
  let pauses = 0;

  /** Sleeps; ended early by Ctrl-C, or, where a look can tell, as soon as the way is free. */
  async function pause(ms: number, isFree: () => Promise<boolean>): Promise<void> {
    const end = clock.monotonic() + ms;
    for (let left = ms; left > 0 && !signal.aborted; left = end - clock.monotonic()) {
      await clock.sleep(Math.min(lookEveryMs, left), signal);
      if (left > lookEveryMs && !signal.aborted && (await isFree())) return;
    }
  }

  /** `first`: what is known to hold it up; `seen`: a look at the host says so, and would say when it ends. */
  async function wait(changes: readonly Contender[], attempt: number, first: string, seen: boolean) {
    let reason = first;
    waiting ??= clock.monotonic();
    for (;;) {
      const now = clock.monotonic();
      const leftMs = deadline - now;
      if (signal.aborted) return { reason: `interrupted while it waited: ${reason}`, interrupted: true };
      if (leftMs < tooLateMs) return { reason: tooLong(reason, now - waiting), interrupted: false };
      pauses += 1;
      const nextMs = Math.min(1000 * 2 ** pauses, longestPauseMs, leftMs / 2);
      const numbers = { attempt, waitedMs: now - waiting, nextMs, leftMs };
      const back = rollback === undefined ? {} : { rollback };
      await emit({ type: 'fix.waiting', ...stampOf(place), ...numbers, reason, ...back });
      await pause(nextMs, async () => seen && (await heldBy(run, changes)) === undefined);
      const still = signal.aborted ? reason : await heldBy(run, changes);
      if (still === undefined) return undefined;
      reason = still;
    }
  }

  return {
    deadline,
    async free(changes, attempt) {
      const reason = await heldBy(run, changes);
      return reason === undefined ? undefined : wait(changes, attempt, reason, true);
    },
    async again(changes, attempt, reason) {
      const seen = await heldBy(run, changes);
      return wait(changes, attempt, seen ?? reason, seen !== undefined);
    },
  };
}

function tooLong(reason: string, ms: number): string {
  const help = 'let that program finish, or end it, and run again; a longer timeout: of the step waits longer';
  return `${reason}; waited ${formatDuration(ms)} (${help})`;
}

/** What holds one of the changes up; several that wait for the same are one reason. */
async function heldBy(run: HostRun, changes: readonly Contender[]): Promise<string | undefined> {
  const reasons = await Promise.all(changes.map((entry) => busyWith(run, entry)));
  return reasons.find((reason) => reason !== undefined);
}

const lookTimeoutMs = 10_000;
const noParams: { readonly [name: string]: Json } = {};

async function busyWith(run: HostRun, { action, change, become }: Contender): Promise<string | undefined> {
  if (action.busy === undefined) return undefined;
  const label = { kind: 'busy', name: action.name, params: noParams } as const;
  try {
    return await action.busy(run.session.inspector(label, become, lookTimeoutMs), change);
  } catch (error) {
    // A wait must not fail for a look that only makes it shorter.
    if (!(error instanceof HostFailure) || error.phase === 'lost' || error.phase === 'cancelled') throw error;
    return undefined;
  }
}
