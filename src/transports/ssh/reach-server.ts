import type { Duplex } from 'node:stream';
import type { Clock } from '../../model/clock.ts';
import { HostFailure } from '../../model/host-failure.ts';
import { over } from '../clock.ts';
import type { ResolveName } from '../dns/resolve-name.ts';
import { algorithmsFor } from './algorithms.ts';
import type { Credentials, FindCredentials } from './credentials.ts';
import { cancelled, dial } from './dial.ts';
import type { Endpoint } from './endpoint.ts';
import { fingerprint } from './fingerprint.ts';
import type { HostKeys } from './host-keys.ts';
import { type LoggedIn, logIn } from './log-in.ts';
import { patientClock } from './patient-clock.ts';

export interface ReachOptions {
  readonly find: FindCredentials;
  readonly hostKeysOf: (files: readonly string[] | undefined) => HostKeys;
  readonly resolve: ResolveName;
  /** The way through bastions; absent: a TCP connection of our own. */
  readonly forward?: (signal: AbortSignal) => Promise<Duplex>;
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  readonly signal: AbortSignal;
}

/** A server that let us in. */
export interface ReachedServer extends LoggedIn {
  readonly socket: Duplex;
  /** `SHA256:…` of its key. */
  readonly hostKey: string | undefined;
}

/** Dials, checks the server's key and logs in. Each phase has its own deadline, and its failure its own name. */
export async function reachServer(endpoint: Endpoint, options: ReachOptions): Promise<ReachedServer> {
  const { clock, signal } = options;
  const { address, port, user, keyName, limits } = endpoint;
  const hostKeys = options.hostKeysOf(endpoint.knownHostsFiles);
  const login = new AbortController();
  const end = (): void => login.abort(over);
  signal.addEventListener('abort', end, { once: true });
  const patient = patientClock(clock);

  const attempt = async (credentials: Credentials): Promise<ReachedServer | undefined> => {
    const algorithms = algorithmsFor(hostKeys.typesOf(keyName.address, keyName.port), endpoint.algorithms);
    const socket = await (options.forward?.(login.signal) ??
      dial({
        address,
        port,
        ...(endpoint.family === undefined ? {} : { family: endpoint.family }),
        ...(endpoint.bindAddress === undefined ? {} : { bindAddress: endpoint.bindAddress }),
        dnsMs: limits.dnsMs,
        tcpMs: limits.tcpMs,
        resolve: options.resolve,
        clock,
        signal: login.signal,
      }));
    let hostKey: string | undefined;
    const loggedIn = await logIn({
      socket,
      user,
      credentials,
      algorithms,
      trust(key) {
        hostKeys.check(keyName.address, keyName.port, key, keyName.typed);
        hostKey = fingerprint(key);
      },
      limits,
      keepalive: endpoint.keepalive,
      clock: patient.clock,
      signal: login.signal,
    });
    return loggedIn === 'dropped' ? undefined : { ...loggedIn, socket, hostKey };
  };

  try {
    if (signal.aborted) throw cancelled();
    // Before dialling: a passphrase may be asked for, and no server waits that long.
    const credentials = await options.find(endpoint.credentials, user, {
      signal: login.signal,
      async asking(answer) {
        const given = await patient.whileAsking(answer);
        if (given === undefined) end();
        return given;
      },
    });
    return await untilNotDropped(options, login.signal, limits.droppedMs, () => attempt(credentials));
  } finally {
    signal.removeEventListener('abort', end);
    // A question of a host that has hung up needs no answer.
    end();
  }
}

/**
 * Tries again, after a random while, as long as the host hangs up before it greets: nothing has happened yet, and nobody
 * was tried to be. After `droppedMs` no attempt begins any more.
 */
async function untilNotDropped<T>(
  { clock, random }: Pick<ReachOptions, 'clock' | 'random'>,
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
    await clock.sleep(random() * longest, signal);
  }
}
