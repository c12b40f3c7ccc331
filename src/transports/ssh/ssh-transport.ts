import { setMaxListeners } from 'node:events';
import { homedir, userInfo } from 'node:os';
import type { Clock } from '../../model/clock.ts';
import type { Secret } from '../../model/secret.ts';
import type { Connection, Transport } from '../../model/transport.ts';
import { systemClock } from '../clock.ts';
import type { LaneLimits } from '../lane-limits.ts';
import { defaultKnownHostsFiles, type HostKeyPolicy, hostKeys } from './host-keys.ts';
import type { Ask } from './private-key.ts';

export interface SshOptions {
  /** Default: OpenSSH's, of the user and of the system. New keys are written to the first. */
  readonly knownHostsFiles?: readonly string[];
  /** Default `strict`: a host whose key is not known is refused. */
  readonly hostKeyPolicy?: HostKeyPolicy;
  /** Where the inventory names none. Default: the operator's own name. */
  readonly user?: string;
  /** Only these are tried. Default: `~/.ssh/id_ed25519`, `id_ecdsa`, `id_rsa`, as far as they exist. */
  readonly privateKeyFiles?: readonly string[];
  readonly password?: Secret;
  readonly becomePassword?: Secret;
  /** The agent's socket; `false`: none. Default: `SSH_AUTH_SOCK`. */
  readonly agent?: string | false;
  /** Asks the operator for passphrases and one-time codes; of several hosts at once. */
  readonly ask?: Ask;
  /** Things the operator should know that stop nothing: a host key that was accepted. */
  readonly onWarning?: (message: string) => void;
  /** For each part of connecting: name lookup, TCP, greeting with handshake, login. Default 5, 10, 15 and 20 s. */
  readonly connectTimeoutMs?: number;
  /** Default: the operator's. */
  readonly homeDirectory?: string;
  readonly clock?: Clock;
  readonly limits?: LaneLimits;
}

/** Hosts over SSH, by ssh2. Host keys are checked against known_hosts before anything secret is sent. */
export function sshTransport(options: SshOptions = {}): Transport {
  const homeDirectory = options.homeDirectory ?? homedir();
  const clock = options.clock ?? systemClock;
  const keys = hostKeys(
    options.knownHostsFiles ?? defaultKnownHostsFiles(homeDirectory),
    options.hostKeyPolicy ?? 'strict',
    options.onWarning ?? (() => undefined),
  );
  const open = new Set<Connection>();
  // ssh2 costs 40 ms to load: only once something is dialled.
  let opener: Promise<typeof import('./open-connection.ts')> | undefined;
  let find: import('./credentials.ts').FindCredentials | undefined;

  return {
    name: 'ssh',
    async open(host, { signal }) {
      // One signal for a whole fleet is no leak.
      setMaxListeners(0, signal);
      opener ??= import('./open-connection.ts');
      const { credentialFinder, openConnection } = await opener;
      find ??= credentialFinder({
        homeDirectory,
        privateKeyFiles: options.privateKeyFiles,
        password: options.password,
        agent: options.agent === false ? undefined : (options.agent ?? process.env['SSH_AUTH_SOCK']),
        ask: options.ask,
        clock,
      });
      const connection = await openConnection(host, {
        user: options.user ?? userInfo().username,
        find,
        hostKeys: keys,
        becomePassword: options.becomePassword,
        connectMs: options.connectTimeoutMs,
        clock,
        limits: options.limits,
        signal,
      });
      open.add(connection);
      return {
        ...connection,
        async close() {
          open.delete(connection);
          await connection.close();
        },
      };
    },
    async close() {
      await Promise.all([...open].map((connection) => connection.close()));
      open.clear();
    },
  };
}
