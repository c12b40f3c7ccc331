// Takes away locks that a run left on hosts. The line itself is ../mend.ts.

import type { UnlockAnswer } from '../engine/unlock-hosts.ts';
import type { ReachOptions } from '../mend-request.ts';
import type { Host } from '../model/inventory.ts';
import type { Become } from '../model/runbook.ts';

/** Whose lock is taken away, and where. */
export interface UnlockRequest {
  readonly hosts: readonly Host[];
  readonly nonce: string;
  readonly reach: ReachOptions;
  readonly becomeByDefault: Become;
  readonly forks: number;
  readonly signal: AbortSignal;
  /** Asked of each lock whose holder lives, or has a fix that still runs: whether it goes all the same. Default: no. */
  readonly approveLiving?: ((host: string, holder: string) => Promise<boolean>) | undefined;
}

/** Connects to each host and takes the lock of that nonce away; another's stays, and so does a living one that nobody approves. */
export async function unlock(request: UnlockRequest): Promise<readonly UnlockAnswer[]> {
  const [{ unlockHosts }, { overrideConnect }, { openTransports }] = await Promise.all([
    import('../engine/unlock-hosts.ts'),
    import('../plan/override-connect.ts'),
    import('../transports/open-transports.ts'),
  ]);
  const { hosts, reach } = request;
  const { transportFor, close } = await openTransports(reach);
  try {
    return await unlockHosts(overrideConnect(hosts, reach).hosts, { ...request, transportFor });
  } finally {
    await close();
  }
}
