import type { Duplex } from 'node:stream';
import { type Algorithms, type AuthHandlerMiddleware, Client } from 'ssh2';
import type { Clock } from '../../model/clock.ts';
import { HostFailure } from '../../model/host-failure.ts';
import { safeLine } from '../../model/safe-text.ts';
import { after } from '../clock.ts';
import type { Credential, Credentials } from './credentials.ts';
import { cancelled } from './dial.ts';
import { handshakeFailure, watchBanner } from './handshake-failure.ts';
import { hostVerifier } from './host-verifier.ts';

export interface LogInLimits {
  readonly handshakeMs: number;
  readonly authMs: number;
}

export interface LogInOptions {
  /** A TCP connection, or a bastion's way to the host. */
  readonly socket: Duplex;
  readonly user: string;
  readonly credentials: Credentials;
  readonly algorithms: Algorithms;
  /** Throws a `HostFailure` for a key that must not be trusted. */
  readonly trust: (key: Buffer) => void;
  readonly limits: LogInLimits;
  readonly keepalive: { readonly intervalMs: number; readonly countMax: number };
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface LoggedIn {
  readonly client: Client;
  /** The host answers by labels (shell/label.ts). */
  readonly readsLabels: boolean;
}

/**
 * Handshake and authentication over an open socket. The first thing that goes wrong ends everything, once. `dropped`:
 * the host hung up before it greeted, as sshd does with what is above MaxStartups; a new attempt may do better.
 */
export function logIn(options: LogInOptions): Promise<LoggedIn | 'dropped'> {
  const { socket, user, credentials, limits, clock, signal } = options;
  return new Promise((resolve, reject) => {
    const client = new Client();
    const banner = watchBanner(socket);
    let phase: 'handshake' | 'auth' | 'over' = 'handshake';
    let keyRefusal: HostFailure | undefined;
    const tried = triedCredentials(credentials);

    const fail = (failure: HostFailure): void => {
      if (phase === 'over') return;
      phase = 'over';
      stop();
      client.destroy();
      socket.destroy();
      reject(failure);
    };
    const drop = (): void => {
      if (phase === 'over') return;
      phase = 'over';
      stop();
      client.destroy();
      socket.destroy();
      resolve('dropped');
    };
    const abort = (): void => fail(cancelled());
    let disarm = after(clock, limits.handshakeMs, () => fail(handshakeFailure(banner, undefined, limits.handshakeMs)));
    const stop = (): void => {
      disarm();
      signal.removeEventListener('abort', abort);
    };
    signal.addEventListener('abort', abort, { once: true });

    // For the client's whole life: an error event without a listener ends the process.
    client.on('error', (error: Error & { readonly level?: string }) => {
      // A key that the agent could not sign with: ssh2 goes on to the next.
      if (error.level === 'agent' || phase === 'over') return;
      if (keyRefusal !== undefined) fail(keyRefusal);
      else if (phase === 'handshake' && banner.dropped()) drop();
      else if (phase === 'handshake') fail(handshakeFailure(banner, error, limits.handshakeMs));
      else fail(tried.failure(user, safeLine(error.message), 'hung up'));
    });
    client.on('close', () => {
      if (phase === 'over') return;
      if (phase === 'handshake') {
        if (banner.dropped()) drop();
        else fail(keyRefusal ?? handshakeFailure(banner, new Error('the host hung up'), limits.handshakeMs));
      } else fail(tried.failure(user, 'the host closed the connection', 'hung up'));
    });
    client.once('handshake', () => {
      disarm();
      askNoKeyProofs(client);
      if (phase === 'over') return;
      phase = 'auth';
      disarm = after(clock, limits.authMs, () =>
        fail(tried.failure(user, `no answer within ${limits.authMs / 1000} s`)),
      );
    });
    client.once('ready', () => {
      if (phase === 'over') return;
      phase = 'over';
      stop();
      resolve({ client, readsLabels: banner.readsLabels() });
    });

    client.connect({
      sock: socket,
      username: user,
      algorithms: options.algorithms,
      // Our own timers: ssh2 has only this one for everything, and does not settle by it when a peer trickles.
      readyTimeout: 0,
      keepaliveInterval: options.keepalive.intervalMs,
      keepaliveCountMax: options.keepalive.countMax,
      agentForward: false,
      hostVerifier: hostVerifier((key) => {
        try {
          options.trust(key);
          return true;
        } catch (error) {
          keyRefusal = error instanceof HostFailure ? error : new HostFailure('host_key', String(error));
          return false;
        }
      }, clock),
      authHandler: tried.handler((failure) => fail(failure(user))),
    });
  });
}

/**
 * ssh2 has an OpenSSH server prove all its other host keys, and verifies each proof: a third of a millisecond for what
 * nobody here learns from. It does so by the server's version only.
 */
function askNoKeyProofs(client: Client): void {
  Reflect.set(client, '_remoteVer', undefined);
}

function tooMany(untried: number): string {
  const keys = untried === 1 ? '1 key was' : `${untried} keys were`;
  return `${keys} not tried, as hosts hang up after so many (MaxAuthTries): name the right one, its .pub will do (--private-key, or IdentityFile with IdentitiesOnly yes)`;
}

/** What is left to try, and the story for when nothing is. */
function triedCredentials({ list, notes, agentFailed }: Credentials) {
  const left = [...list];
  const tried: Credential[] = [];
  let accepted: readonly string[] = [];

  function nextOf(methods: readonly string[] | null) {
    for (;;) {
      const at = left.findIndex(({ type }) => methods === null || methods.includes(type));
      const [credential] = at < 0 ? [] : left.splice(at, 1);
      if (credential === undefined) return undefined;
      const passwordRefused = methods?.includes('password') === true && tried.some(({ type }) => type === 'password');
      const method = credential.method(passwordRefused);
      if (method === undefined) continue;
      tried.push(credential);
      return method;
    }
  }

  function failure(user: string, why: string, end?: 'hung up'): HostFailure {
    const offered = tried.length === 0 ? 'nothing could be tried' : `tried ${tried.map(({ name }) => name).join(', ')}`;
    const takes = accepted.length === 0 ? '' : `; the host takes ${accepted.map(safeLine).join(', ')}`;
    const untried = left.filter(({ type }) => type === 'publickey').length;
    const help = [...(end === 'hung up' && tried.length > 0 && untried > 0 ? [tooMany(untried)] : []), ...notes];
    return new HostFailure(
      tried.length === 0 && agentFailed ? 'agent' : 'auth',
      `${user}: ${why}; ${offered}${takes}`,
      help.length === 0 ? undefined : help.join('; '),
    );
  }

  return {
    failure,
    handler(giveUp: (failure: (user: string) => HostFailure) => void): AuthHandlerMiddleware {
      return (methodsLeft: readonly string[] | null, _partial, next) => {
        if (methodsLeft !== null) accepted = methodsLeft;
        const method = nextOf(methodsLeft);
        if (method === undefined) giveUp((user) => failure(user, 'the host refuses to let this user in'));
        else next(method);
      };
    },
  };
}
