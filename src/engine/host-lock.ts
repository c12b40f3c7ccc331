import { randomBytes } from 'node:crypto';
import type { Answer, Command } from '../model/command.ts';
import { HostFailure } from '../model/host-failure.ts';
import type { Become } from '../model/runbook.ts';
import type { LaneRequest } from '../model/transport.ts';
import { type LockOwner, lookAtLock, releaseLock, takeFreeLock, takeLock } from '../shell/host-lock.ts';
import { lockOwnerText, readLockReply } from '../shell/host-lock-reply.ts';
import type { Session } from './session.ts';

/** What others read of a run that holds a host. */
export interface LockWords {
  /** `ann@control`. */
  readonly operator: string;
  /** `--lock-comment`. */
  readonly comment?: string;
}

const folderHelp =
  'Give this user a folder there that nobody else owns, or name another: MENDGATE_LOCK_DIR in its environment on the host';

const lockTimeoutMs = 15_000;

/**
 * A host's lock as a session keeps it: `take` travels with the first frames of the work and goes again in front of all in
 * each shell that replaces the one that held it.
 */
export interface Holding {
  readonly run: string;
  readonly take: LaneRequest;
  /** Of `take`, for a host that nobody holds: shorter. Elsewhere {@link isBusy} is its answer, and `take` is to be asked. */
  readonly takeFree: Command;
  /** `spent`: markers of this user's that go with it. */
  release(become: Become, spent: readonly string[]): LaneRequest;
  /** Why the host may not be changed, by the answer to `take`; `undefined`: the lock is ours. */
  refusal(answer: Answer): string | undefined;
}

/** A taking of the host's lock, for a run. `now`: epoch ms. */
export function holding(run: string, host: string, words: LockWords, become: Become, now: number): Holding {
  const { operator, comment = '' } = words;
  const since = new Date(now).toISOString();
  const owner: LockOwner = { nonce: lockNonce(), run, host, operator, since, comment };
  const { nonce } = owner;
  const timeoutMs = lockTimeoutMs;
  return {
    run,
    take: { label: { kind: 'lock', name: 'take', params: { ...owner } }, command: takeLock(owner), become, timeoutMs },
    takeFree: takeFreeLock(owner),
    release: (user, spent) => ({
      label: { kind: 'lock', name: 'release', params: { nonce } },
      command: releaseLock(nonce, spent),
      become: user,
      timeoutMs,
    }),
    refusal: (answer) => refusalOf(answer, run, host),
  };
}

/** Whether the short way found something in its way. */
export function isBusy({ stdout }: Answer): boolean {
  return readLockReply(stdout)?.kind === 'busy';
}

/** Names one taking of a lock; short enough to be typed. */
export function lockNonce(): string {
  return randomBytes(8).toString('hex');
}

function refusalOf({ stdout, rc, stderr }: Answer, run: string, host: string): string | undefined {
  const reply = readLockReply(stdout);
  switch (reply?.kind) {
    case 'taken':
      return undefined;
    case 'held': {
      const { owner, holder } = reply;
      if (owner.run === run) return `this run is at it already, under the name ${owner.host}: two names of one machine`;
      const free = `mendgate unlock -l ${host} --nonce ${owner.nonce}`;
      return holder === 'fixing'
        ? `${lockOwnerText(owner)} is gone, but a fix of it still runs on the host; ${free} if that is wanted`
        : `locked by ${lockOwnerText(owner)}; ${free} if that run is gone`;
    }
    case 'storage':
      return `the host could not be locked: ${reply.why}. ${folderHelp}`;
    default:
      return `the host could not be locked: exit ${rc}${stderr === '' ? '' : `, ${stderr.trim().split('\n').at(-1)?.slice(0, 200)}`}`;
  }
}

/** For a dry run: who holds the lock, in a note; `undefined`: nobody, or it can't be told. Changes nothing. */
export async function lockNote(session: Session, become: Become): Promise<string | undefined> {
  const label = { kind: 'lock', name: 'look', params: {} } as const;
  try {
    const answer = await session.inspector(label, become, lockTimeoutMs).run(lookAtLock());
    const reply = readLockReply(answer.stdout);
    if (reply?.kind !== 'held') return undefined;
    return `locked by ${lockOwnerText(reply.owner)}: a real run would be refused now`;
  } catch (error) {
    // Whatever it is, the probes meet it too.
    if (error instanceof HostFailure) return undefined;
    throw error;
  }
}
