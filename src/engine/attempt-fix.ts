import { JournalFailure } from '../model/journal-failure.ts';
import { type Applied, applyFix } from './apply-fix.ts';
import type { FixKey } from './fix-key.ts';
import type { HostRun } from './host-run.ts';
import type { DueChange } from './inspect-calls.ts';
import type { GaveUp, Turn } from './turn.ts';

/** What is told of each attempt; `due` is what is left to do. */
export interface Attempts {
  /** Gives why the attempt must not be made; `undefined`: it may. */
  before(count: number, due: readonly DueChange[]): Promise<string | undefined>;
  after(count: number, due: readonly DueChange[], applied: Applied, ms: number): Promise<void>;
}

/** How a fix went over all attempts. */
export type Attempted =
  | Exclude<Applied, { kind: 'busy' | 'not_started' }>
  | { readonly kind: 'not_started'; readonly reason: string; readonly interrupted?: true };

/**
 * Attempts a fix; again only with what is proved not to have been done, since another program held what it needs, or the wire broke
 * before it began. `key` names the fix; each attempt adds its number, from `first` on. What earlier attempts did stands meanwhile, and is `begun` when the fix then fails.
 * An attempt that is begun has all of the turn's time to run; once the patience is over, none is begun. Rejects with the
 * HostFailure by which the host was lost before an attempt began: a resume goes on there.
 */
export async function attemptFix(
  run: HostRun,
  changes: readonly DueChange[],
  turn: Turn,
  key: FixKey,
  attempts: Attempts,
  first = 1,
): Promise<Attempted> {
  const { clock } = run.parts;
  let due = changes;
  const done: DueChange[] = [];
  let cannot = await turn.free(due);
  for (let count = first; cannot === undefined; count += 1) {
    const begun = clock.monotonic();
    let why: string | undefined;
    const refused = await notBegun(async () => {
      why = await attempts.before(count, due);
    });
    if (refused !== undefined) {
      cannot = { reason: refused.message, interrupted: true };
      break;
    }
    if (why !== undefined) {
      await attempts.after(count, due, { kind: 'not_started', reason: why, again: false }, clock.monotonic() - begun);
      cannot = { reason: why, interrupted: false };
      break;
    }
    const applied = await applyFix(run, due, { runMs: turn.runMs, waits: turn.tell(count) }, [...key, count]);
    await attempts.after(count, due, applied, clock.monotonic() - begun);
    if (applied.kind === 'not_started' && applied.lost !== undefined) throw applied.lost;
    if (applied.kind === 'busy') {
      done.push(...applied.done);
      due = due.filter((change) => !applied.done.includes(change));
    } else if (applied.kind !== 'not_started' || !applied.again) {
      return withDone(applied, done);
    }
    const advanced = applied.kind === 'busy' && applied.done.length > 0;
    const by = applied.kind === 'busy' ? applied.by : 'wire';
    cannot = await turn.again(due, count + 1, { reason: applied.reason, by, advanced });
  }
  return notAttempted(cannot, done);
}

/** Why the journal did not take what is about to begin: then it does not. `undefined`: it did. */
export async function notBegun(tell: () => Promise<void>): Promise<JournalFailure | undefined> {
  try {
    await tell();
    return undefined;
  } catch (error) {
    if (error instanceof JournalFailure) return error;
    throw error;
  }
}

function withDone(applied: Exclude<Applied, { kind: 'busy' }>, done: readonly DueChange[]): Attempted {
  if (done.length === 0 || applied.kind === 'done') return applied;
  if (applied.kind === 'not_started') return { kind: 'failed', reason: applied.reason, begun: done };
  return { ...applied, begun: [...done, ...applied.begun] };
}

function notAttempted({ reason, interrupted }: GaveUp, done: readonly DueChange[]): Attempted {
  const how = interrupted ? ({ interrupted } as const) : {};
  return done.length === 0
    ? { kind: 'not_started', reason, ...how }
    : { kind: 'failed', reason: `only a part was done: ${reason}`, begun: done, ...how };
}
