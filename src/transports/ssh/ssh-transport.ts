import { setMaxListeners } from 'node:events';
import { homedir, userInfo } from 'node:os';
import type { Clock } from '../../model/clock.ts';
import type { Connection, Transport } from '../../model/transport.ts';
import { systemClock } from '../clock.ts';
import type { ResolveNameOptions } from '../dns/resolve-name.ts';
import type { LoginOptions } from '../login-options.ts';
import { BecomePasswords } from '../password-tries.ts';
import type { SshConfigs } from '../ssh-config/ssh-config.ts';
import { sshConfigs } from '../ssh-config/ssh-configs.ts';
import { tellWaits } from '../tell-waits.ts';
import { defaultKnownHostsFiles, type HostKeys, hostKeys } from './host-keys.ts';
import type { Opener } from './open-connection.ts';
import type { OnTraffic } from './watch-traffic.ts';

export interface SshOptions extends LoginOptions {
  /** Default: the operator's. */
  readonly homeDirectory?: string;
  /** Default: `~/.ssh/config` and `/etc/ssh/ssh_config`. */
  readonly sshConfigs?: SshConfigs;
  /** Hosts on one connection to a bastion; above, another is made. Default 64. */
  readonly hostsPerBastion?: number;
  /** 0 ≤ x < 1, for how long to wait before a host is tried again. Default: by chance. */
  readonly random?: () => number;
  /** How names are looked up. Default: as the machine does. */
  readonly names?: Omit<ResolveNameOptions, 'clock'>;
  /** Hears what passes between this side and each host after its login. For measuring. */
  readonly onTraffic?: OnTraffic;
}

/** Hosts over SSH, by ssh2. Host keys are checked against known_hosts before anything secret is sent. */
export function sshTransport(options: SshOptions = {}): Transport {
  const open = new Set<Connection>();
  const clock = options.clock ?? systemClock;
  let opener: Promise<Opener> | undefined;

  return {
    name: 'ssh',
    async open(host, { signal, waits }) {
      // One signal for a whole fleet is no leak.
      setMaxListeners(0, signal);
      opener ??= makeOpener(options, clock);
      const { open: openHost } = await opener;
      const connection = await tellWaits(clock, waits, () => openHost(host, signal));
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
      (await opener?.catch(() => undefined))?.close();
    },
  };
}

async function makeOpener(options: SshOptions, clock: Clock): Promise<Opener> {
  // ssh2 costs 40 ms to load: only once something is dialled.
  const { connectionOpener } = await import('./open-connection.ts');
  const homeDirectory = options.homeDirectory ?? homedir();
  const knownHosts = defaultKnownHostsFiles(homeDirectory);
  const onWarning = options.onWarning ?? (() => undefined);
  const keys = new Map<string, HostKeys>();
  return connectionOpener({
    endpoint: {
      ownName: userInfo().username,
      user: options.user,
      privateKeyFiles: options.privateKeyFiles,
      password: options.password,
      agent: options.agent,
      environmentAgent: process.env['SSH_AUTH_SOCK'],
      knownHostsFiles: options.knownHostsFiles,
      defaultKnownHostsFiles: knownHosts,
      connectMs: options.connectTimeoutMs,
    },
    configs: options.sshConfigs ?? sshConfigs({ homeDirectory, onWarning }),
    hostKeysOf(files = knownHosts) {
      const key = JSON.stringify(files);
      const known = keys.get(key) ?? hostKeys(files, options.hostKeyPolicy ?? 'strict', onWarning);
      keys.set(key, known);
      return known;
    },
    homeDirectory,
    ask: options.ask,
    becomeMethod: options.becomeMethod,
    becomePassword: options.becomePassword,
    becomePasswords: options.becomePasswords ?? new BecomePasswords(),
    clock,
    hostsPerBastion: options.hostsPerBastion,
    random: options.random ?? Math.random,
    limits: options.limits,
    names: options.names ?? {},
    onTraffic: options.onTraffic,
  });
}
