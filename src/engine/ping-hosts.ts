import { HostFailure } from '../model/host-failure.ts';
import type { Host } from '../model/inventory.ts';
import type { Connection, Transport } from '../model/transport.ts';
import { createLimit } from './limit.ts';

/** Whether a host answers; `reason` says why not. */
export interface PingAnswer {
  readonly host: string;
  readonly reason?: string;
}

/** Connects to each host, runs `true` there, and nothing else. */
export async function pingHosts(
  hosts: readonly Host[],
  transportFor: (host: Host) => Transport,
  forks: number,
  signal: AbortSignal,
): Promise<readonly PingAnswer[]> {
  const limit = createLimit(forks);
  const open = (host: Host): Promise<Connection> =>
    limit.lend((waits) => transportFor(host).open(host, { signal, waits }));
  return Promise.all(hosts.map((host) => limit(() => ping(host, open))));
}

async function ping(host: Host, open: (host: Host) => Promise<Connection>): Promise<PingAnswer> {
  const label = { kind: 'probe', name: 'ping', params: {} } as const;
  try {
    const connection = await open(host);
    try {
      const answer = await connection.run({ label, command: { argv: ['true'] }, become: false, timeoutMs: 10_000 });
      return answer.rc === 0 ? { host: host.name } : { host: host.name, reason: `true ended with exit ${answer.rc}` };
    } finally {
      await connection.close();
    }
  } catch (error) {
    if (!(error instanceof HostFailure)) throw error;
    return { host: host.name, reason: [error.message, error.help].filter((part) => part !== undefined).join('. ') };
  }
}
