import { assertNever } from '../model/assert-never.ts';
import type { Host } from '../model/inventory.ts';
import type { Become } from '../model/runbook.ts';
import { removeLock } from '../shell/host-lock.ts';
import { holderText, type LockReply, readLockReply } from '../shell/host-lock-reply.ts';
import { type AskHostsOptions, askHosts, likelyUsers } from './ask-hosts.ts';
import { lockNonce } from './host-lock.ts';

/** What became of a host's lock. */
export interface UnlockAnswer {
  readonly host: string;
  /**
   * `held`: it stays, since its holder lives or has a fix that still runs; `other`: another one than was named holds it;
   * `free`: nobody does; `failed`: it could not be asked.
   */
  readonly kind: 'unlocked' | 'free' | 'held' | 'other' | 'failed';
  /** In words; of a lock whose it is or was, since when, and whether that one lives. Absent: `free`. */
  readonly reason?: string;
}

export interface UnlockOptions extends Omit<AskHostsOptions, 'users'> {
  /** As the refused run told it. */
  readonly nonce: string;
  /** For hosts of which the inventory says nothing. */
  readonly becomeByDefault: Become;
  /** Asked of each lock whose holder lives, or has a fix that still runs: whether it goes all the same. Default: no. */
  readonly approveLiving?: ((host: string, holder: string) => Promise<boolean>) | undefined;
}

type LockEnd = Omit<UnlockAnswer, 'host'>;

/** Takes away the locks of that nonce: of holders that are gone, and of others where that is approved. */
export async function unlockHosts(hosts: readonly Host[], options: UnlockOptions): Promise<readonly UnlockAnswer[]> {
  const { approveLiving = async () => false } = options;
  const answers = await askAll(hosts, options, false);
  const approved: Host[] = [];
  for (const { host, kind, reason = '' } of answers) {
    if (kind !== 'held' || !(await approveLiving(host, reason))) continue;
    approved.push(...hosts.filter(({ name }) => name === host));
  }
  const forced = new Map((await askAll(approved, options, true)).map((answer) => [answer.host, answer]));
  return answers.map((answer) => forced.get(answer.host) ?? answer);
}

async function askAll(
  hosts: readonly Host[],
  options: UnlockOptions,
  force: boolean,
): Promise<readonly UnlockAnswer[]> {
  const { nonce, becomeByDefault } = options;
  const users = (host: Host) => likelyUsers(host, becomeByDefault);
  const asked = await askHosts(hosts, { ...options, users }, async (connection, become) => {
    const label = { kind: 'lock', name: 'unlock', params: { nonce } } as const;
    const command = removeLock(nonce, lockNonce(), force);
    return endOf(readLockReply((await connection.run({ label, command, become, timeoutMs: 15_000 })).stdout), nonce);
  });
  return asked.map((found) => (found.kind === 'failed' ? found : { host: found.host, ...worthTelling(found.answers) }));
}

/** Each user has a lock of its own: mostly one of them is meant. */
function worthTelling(ends: readonly LockEnd[]): LockEnd {
  const first = (...kinds: readonly LockEnd['kind'][]) => ends.find(({ kind }) => kinds.includes(kind));
  return first('unlocked') ?? first('held') ?? first('other', 'failed') ?? { kind: 'free' };
}

function endOf(reply: LockReply | undefined, nonce: string): LockEnd {
  const noAnswer = { kind: 'failed', reason: 'the host gave no answer about its lock' } as const;
  switch (reply?.kind) {
    case 'free':
      return { kind: 'free' };
    case 'unlocked':
      return { kind: 'unlocked', reason: `it was of ${holderText(reply.owner, reply.holder)}` };
    case 'held': {
      const reason = `locked by ${holderText(reply.owner, reply.holder)}`;
      if (reply.owner.nonce === nonce) return { kind: 'held', reason };
      return { kind: 'other', reason: `${reason}; its nonce is ${reply.owner.nonce}` };
    }
    case 'storage':
      return { kind: 'failed', reason: `the lock could not be taken away: ${reply.why}` };
    case 'taken':
    case 'busy':
    case undefined:
      return noAnswer;
    default:
      return assertNever(reply);
  }
}
