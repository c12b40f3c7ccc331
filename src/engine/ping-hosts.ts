import { HostFailure } from '../model/host-failure.ts';
import type { Host } from '../model/inventory.ts';
import type { Transport } from '../model/transport.ts';
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
  return Promise.all(hosts.map((host) => limit(() => ping(host, transportFor(host), signal))));
}

async function ping(host: Host, transport: Transport, signal: AbortSignal): Promise<PingAnswer> {
  const label = { kind: 'probe', name: 'ping', params: {} } as const;
  try {
    const connection = await transport.open(host, { signal });
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
