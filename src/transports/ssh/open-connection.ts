import type { Clock } from '../../model/clock.ts';
import { HostFailure } from '../../model/host-failure.ts';
import type { Host } from '../../model/inventory.ts';
import type { Secret } from '../../model/secret.ts';
import type { Connection } from '../../model/transport.ts';
import { makeConnection } from '../connection.ts';
import type { LaneLimits } from '../lane-limits.ts';
import { clientChannels } from './client-channels.ts';
import type { Credentials, FindCredentials } from './credentials.ts';
import { cancelled, dial } from './dial.ts';
import { fingerprint } from './fingerprint.ts';
import type { HostKeys } from './host-keys.ts';
import { logIn } from './log-in.ts';
import { patientClock } from './patient-clock.ts';

export { credentialFinder } from './credentials.ts';

export interface OpenConnectionOptions {
  readonly user: string;
  readonly find: FindCredentials;
  readonly hostKeys: HostKeys;
  readonly becomePassword: Secret | undefined;
  /** For each part of connecting; absent: each part's own. */
  readonly connectMs: number | undefined;
  readonly clock: Clock;
  readonly limits: LaneLimits | undefined;
  readonly signal: AbortSignal;
}

/** Dials, checks the host's key and logs in. Each phase has its own deadline, and its failure its own name. */
export async function openConnection(host: Host, options: OpenConnectionOptions): Promise<Connection> {
  const { clock, signal, connectMs } = options;
  const { address, port } = host.connect;
  const user = host.connect.user ?? options.user;
  const login = new AbortController();
  const end = (): void => login.abort();
  signal.addEventListener('abort', end, { once: true });
  const patient = patientClock(clock);
  let shown: string | undefined;
  const attempt = async (credentials: Credentials) => {
    const limits = { dnsMs: connectMs ?? 5000, tcpMs: connectMs ?? 10_000 };
    const socket = await dial(address, port, limits, clock, login.signal);
    const client = await logIn({
      socket,
      user,
      credentials,
      knownTypes: options.hostKeys.typesOf(address, port),
      trust(key) {
        options.hostKeys.check(address, port, key);
        shown = fingerprint(key);
      },
      limits: { handshakeMs: connectMs ?? 15_000, authMs: connectMs ?? 20_000 },
      clock: patient.clock,
      signal: login.signal,
    });
    return client === 'dropped' ? undefined : { client, socket };
  };
  const connect = async () => {
    if (signal.aborted) throw cancelled();
    try {
      // Before dialling: a passphrase may be asked for, and no server waits that long.
      const credentials = await options.find(host, user, {
        signal: login.signal,
        async asking(answer) {
          const given = await patient.whileAsking(answer);
          if (given === undefined) end();
          return given;
        },
      });
      return await reach(clock, login.signal, connectMs ?? 15_000, () => attempt(credentials));
    } finally {
      signal.removeEventListener('abort', end);
      // A question of a host that has hung up needs no answer.
      end();
    }
  };
  const { client, socket } = await connect();
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

/**
 * Tries again, after a random while, as long as the host hangs up before its first byte: nothing has happened yet. After
 * `droppedMs` no attempt begins any more.
 */
async function reach<T>(
  clock: Clock,
  signal: AbortSignal,
  droppedMs: number,
  attempt: () => Promise<T | undefined>,
): Promise<T> {
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
