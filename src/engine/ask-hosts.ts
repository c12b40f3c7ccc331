import { HostFailure } from '../model/host-failure.ts';
import type { Host } from '../model/inventory.ts';
import type { Become } from '../model/runbook.ts';
import type { Connection, Transport } from '../model/transport.ts';
import { createLimit, type Limit } from './limit.ts';

/** How hosts are asked for what runs left there. */
export interface AskHostsOptions {
  readonly forks: number;
  readonly transportFor: (host: Host) => Transport;
  readonly signal: AbortSignal;
  /** As whom it is asked: whose a lock or a marker is need not be known here. Who may not become one of them asks as the others. */
  readonly users: (host: Host) => Iterable<Become>;
}

/** What a host said, by user; or why it could not be asked. */
export type HostAnswers<T> =
  | { readonly host: string; readonly kind: 'answered'; readonly answers: readonly T[] }
  | { readonly host: string; readonly kind: 'failed'; readonly reason: string };

/** Users as whom fixes of a host are likely to have been made. `byDefault`: where the inventory says nothing. */
export function likelyUsers({ connect }: Host, byDefault: Become): readonly Become[] {
  return [connect.become ?? byDefault, 'root', false];
}

/** Connects to each host and asks as each of its users, one after the other. */
export async function askHosts<T>(
  hosts: readonly Host[],
  options: AskHostsOptions,
  ask: (connection: Connection, become: Become) => Promise<T>,
): Promise<readonly HostAnswers<T>[]> {
  const limit = createLimit(options.forks);
  return Promise.all(hosts.map((host) => limit(() => askHost(host, { ...options, limit }, ask))));
}

async function askHost<T>(
  host: Host,
  { transportFor, signal, users, limit }: AskHostsOptions & { readonly limit: Limit },
  ask: (connection: Connection, become: Become) => Promise<T>,
): Promise<HostAnswers<T>> {
  try {
    const connection = await limit.lend((waits) => transportFor(host).open(host, { signal, waits }));
    try {
      const answers = await asEach(new Set(users(host)), (become) => ask(connection, become));
      return { host: host.name, kind: 'answered', answers };
    } finally {
      await connection.close();
    }
  } catch (error) {
    if (!(error instanceof HostFailure)) throw error;
    const reason = [error.message, error.help].filter((part) => part !== undefined).join('. ');
    return { host: host.name, kind: 'failed', reason };
  }
}

async function asEach<T>(users: ReadonlySet<Become>, ask: (become: Become) => Promise<T>): Promise<readonly T[]> {
  const answers: T[] = [];
  let refused: HostFailure | undefined;
  for (const become of users) {
    try {
      answers.push(await ask(become));
    } catch (error) {
      if (!(error instanceof HostFailure) || error.phase !== 'become') throw error;
      refused ??= error;
    }
  }
  if (answers.length === 0 && refused !== undefined) throw refused;
  return answers;
}
