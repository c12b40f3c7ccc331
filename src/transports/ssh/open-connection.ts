import type { Clock } from '../../model/clock.ts';
import { HostFailure } from '../../model/host-failure.ts';
import type { Host } from '../../model/inventory.ts';
import type { Secret } from '../../model/secret.ts';
import type { Connection } from '../../model/transport.ts';
import { makeConnection } from '../connection.ts';
import type { LaneLimits } from '../lane-limits.ts';
import { clientChannels } from './client-channels.ts';
import type { FindCredentials } from './credentials.ts';
import { cancelled, dial } from './dial.ts';
import { fingerprint } from './fingerprint.ts';
import type { HostKeys } from './host-keys.ts';
import { logIn } from './log-in.ts';

export { credentialFinder } from './credentials.ts';

export interface OpenConnectionOptions {
  readonly user: string;
  readonly find: FindCredentials;
  readonly hostKeys: HostKeys;
  readonly becomePassword: Secret | undefined;
  readonly tcpMs: number;
  readonly clock: Clock;
  readonly limits: LaneLimits | undefined;
  readonly signal: AbortSignal;
}

/** Dials, checks the host's key and logs in. Each phase has its own deadline, and its failure its own name. */
export async function openConnection(host: Host, options: OpenConnectionOptions): Promise<Connection> {
  const { clock, signal } = options;
  const { address, port } = host.connect;
  const user = host.connect.user ?? options.user;
  // Before dialling: a passphrase may be asked for, and no server waits that long.
  const credentials = await options.find(host, user);
  let shown: string | undefined;
  const { client, socket } = await reach(clock, signal, async () => {
    const dialled = await dial(address, port, { dnsMs: 5000, tcpMs: options.tcpMs }, clock, signal);
    const loggedIn = await logIn({
      socket: dialled,
      user,
      credentials,
      knownTypes: options.hostKeys.typesOf(address, port),
      trust(key) {
        options.hostKeys.check(address, port, key);
        shown = fingerprint(key);
      },
      limits: { handshakeMs: 15_000, authMs: 20_000 },
      clock,
      signal,
    });
    return loggedIn === 'dropped' ? undefined : { client: loggedIn, socket: dialled };
  });
  return makeConnection({
    // Opening a channel and having the request answered: 10 s each.
    open: clientChannels(client, clock, 20_000),
    hostKey: shown,
    becomePassword: host.connect.becomePassword ?? options.becomePassword,
    clock,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    close() {
      client.end();
      // A dead link never answers a polite end, and would hold the process.
      setImmediate(() => socket.destroy());
    },
  });
}

/** How long a host may go on hanging up before it greets. */
const droppedMs = 15_000;

/** Tries again, after a random while, as long as the host hangs up before its first byte: nothing has happened yet. */
async function reach<T>(clock: Clock, signal: AbortSignal, attempt: () => Promise<T | undefined>): Promise<T> {
  const giveUpAt = clock.monotonic() + droppedMs;
  for (let longest = 100; ; longest = Math.min(longest * 2, 2000)) {
    const reached = await attempt();
    if (reached !== undefined) return reached;
    if (signal.aborted) throw cancelled();
    if (clock.monotonic() >= giveUpAt) {
      const help = 'it may have too many connections at once (MaxStartups)';
      throw new HostFailure('banner', 'the host keeps hanging up before its SSH server greets', help);
    }
    // Full jitter: many connections that were dropped together must not come back together.
    await clock.sleep(Math.random() * longest, signal);
  }
}
