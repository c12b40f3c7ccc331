import { HostFailure } from '../model/host-failure.ts';
import type { Host } from '../model/inventory.ts';
import type { Become } from '../model/runbook.ts';
import type { Connection, Transport } from '../model/transport.ts';
import { createLimit } from './limit.ts';

/** Whether a host answers; `reason` says why not. */
export interface PingAnswer {
  readonly host: string;
  /** The user that was to answer; absent: whoever logs in. */
  readonly as?: string;
  readonly reason?: string;
  /** It could be reached, and only becoming that user failed. */
  readonly reached?: true;
}

/** Connects to each host, runs `true` there, and nothing else. `become`: as whom, where the inventory says nothing. */
export async function pingHosts(
  hosts: readonly Host[],
  transportFor: (host: Host) => Transport,
  forks: number,
  signal: AbortSignal,
  become: Become = false,
): Promise<readonly PingAnswer[]> {
  const limit = createLimit(forks);
  const asWhom = ({ connect }: Host): Become => (become === false ? false : (connect.become ?? become));
  const open = (host: Host): Promise<Connection> =>
    limit.lend((waits) => transportFor(host).open(host, { signal, waits }));
  return Promise.all(hosts.map((host) => limit(() => ping(host, open, asWhom(host)))));
}

async function ping(host: Host, open: (host: Host) => Promise<Connection>, become: Become): Promise<PingAnswer> {
  const asked = { host: host.name, ...(become === false ? {} : { as: become }) };
  const label = { kind: 'probe', name: 'ping', params: {} } as const;
  try {
    const connection = await open(host);
    try {
      const answer = await connection.run({ label, command: { argv: ['true'] }, become, timeoutMs: 10_000 });
      return answer.rc === 0 ? asked : { ...asked, reason: `true ended with exit ${answer.rc}` };
    } finally {
      await connection.close();
    }
  } catch (error) {
    if (!(error instanceof HostFailure)) throw error;
    const reason = [error.message, error.help].filter((part) => part !== undefined).join('. ');
    return { ...asked, reason, ...(error.phase === 'become' ? { reached: true } : {}) };
  }
}
