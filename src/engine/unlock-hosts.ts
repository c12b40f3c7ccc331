import { HostFailure } from '../model/host-failure.ts';
import type { Host } from '../model/inventory.ts';
import type { Become } from '../model/runbook.ts';
import type { Connection, Transport } from '../model/transport.ts';
import { removeLock } from '../shell/host-lock.ts';
import { type LockReply, lockOwnerText, readLockReply } from '../shell/host-lock-reply.ts';
import { lockNonce } from './host-lock.ts';
import { createLimit } from './limit.ts';

/** What became of a host's lock. */
export interface UnlockAnswer {
  readonly host: string;
  /** `other`: another one than was named holds it; `free`: nobody does; `failed`: it could not be asked. */
  readonly kind: 'unlocked' | 'free' | 'other' | 'failed';
  /** For `other` and `failed`, in words. */
  readonly reason?: string;
}

export interface UnlockOptions {
  /** As the refused run told it. */
  readonly nonce: string;
  /** For hosts of which the inventory says nothing. */
  readonly becomeByDefault: Become;
  readonly forks: number;
  readonly transportFor: (host: Host) => Transport;
  readonly signal: AbortSignal;
}

/** Takes away the locks of that nonce, whoever holds them. */
export async function unlockHosts(hosts: readonly Host[], options: UnlockOptions): Promise<readonly UnlockAnswer[]> {
  const limit = createLimit(options.forks);
  return Promise.all(hosts.map((host) => limit(() => unlock(host, options))));
}

async function unlock(host: Host, options: UnlockOptions): Promise<UnlockAnswer> {
  try {
    const connection = await options.transportFor(host).open(host, { signal: options.signal });
    try {
      return { host: host.name, ...(await unlockOver(connection, host, options)) };
    } finally {
      await connection.close();
    }
  } catch (error) {
    if (!(error instanceof HostFailure)) throw error;
    const reason = [error.message, error.help].filter((part) => part !== undefined).join('. ');
    return { host: host.name, kind: 'failed', reason };
  }
}

/** The lock belongs to the user as whom the run made its fixes, which need not be known here: each who may be is asked. */
async function unlockOver(
  connection: Connection,
  host: Host,
  { nonce, becomeByDefault }: UnlockOptions,
): Promise<Omit<UnlockAnswer, 'host'>> {
  const first = host.connect.become ?? becomeByDefault;
  let answer: Omit<UnlockAnswer, 'host'> | undefined;
  let failure: unknown;
  for (const become of [first, first === false ? 'root' : false] as const) {
    try {
      const label = { kind: 'lock', name: 'unlock', params: { nonce } } as const;
      const command = removeLock(nonce, lockNonce());
      const { stdout } = await connection.run({ label, command, become, timeoutMs: 15_000 });
      const found = answerOf(readLockReply(stdout));
      if (found.kind === 'unlocked') return found;
      if (answer === undefined || answer.kind === 'free') answer = found;
    } catch (error) {
      if (!(error instanceof HostFailure) || error.phase !== 'become') throw error;
      failure ??= error;
    }
  }
  if (answer === undefined) throw failure;
  return answer;
}

function answerOf(reply: LockReply | undefined): Omit<UnlockAnswer, 'host'> {
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
