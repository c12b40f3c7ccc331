import type { Host } from '../model/inventory.ts';
import type { Become } from '../model/runbook.ts';
import { removeLock } from '../shell/host-lock.ts';
import { type LockReply, lockOwnerText, readLockReply } from '../shell/host-lock-reply.ts';
import { type AskHostsOptions, askHosts, likelyUsers } from './ask-hosts.ts';
import { lockNonce } from './host-lock.ts';

/** What became of a host's lock. */
export interface UnlockAnswer {
  readonly host: string;
  /** `other`: another one than was named holds it; `free`: nobody does; `failed`: it could not be asked. */
  readonly kind: 'unlocked' | 'free' | 'other' | 'failed';
  /** For `other` and `failed`, in words. */
  readonly reason?: string;
}

export interface UnlockOptions extends Omit<AskHostsOptions, 'users'> {
  /** As the refused run told it. */
  readonly nonce: string;
  /** For hosts of which the inventory says nothing. */
  readonly becomeByDefault: Become;
}

type LockEnd = Omit<UnlockAnswer, 'host'>;

/** Takes away the locks of that nonce, whoever holds them. */
export async function unlockHosts(hosts: readonly Host[], options: UnlockOptions): Promise<readonly UnlockAnswer[]> {
  const { nonce, becomeByDefault } = options;
  const users = (host: Host) => likelyUsers(host, becomeByDefault);
  const asked = await askHosts(hosts, { ...options, users }, async (connection, become) => {
    const label = { kind: 'lock', name: 'unlock', params: { nonce } } as const;
    const command = removeLock(nonce, lockNonce());
    return endOf(readLockReply((await connection.run({ label, command, become, timeoutMs: 15_000 })).stdout));
  });
  return asked.map((found) => (found.kind === 'failed' ? found : { host: found.host, ...worthTelling(found.answers) }));
}

/** Each user has a lock of its own: mostly one of them is meant. */
function worthTelling(ends: readonly LockEnd[]): LockEnd {
  const told = ends.find(({ kind }) => kind === 'unlocked') ?? ends.find(({ kind }) => kind !== 'free');
  return told ?? { kind: 'free' };
}

function endOf(reply: LockReply | undefined): LockEnd {
  switch (reply?.kind) {
    case 'unlocked':
    case 'free':
      return { kind: reply.kind };
    case 'held':
      return { kind: 'other', reason: `locked by ${lockOwnerText(reply.owner)}, nonce ${reply.owner.nonce}` };
    case 'storage':
      return { kind: 'failed', reason: `the lock could not be taken away: ${reply.why}` };
    default:
      return { kind: 'failed', reason: 'the host gave no answer about its lock' };
  }
}
