import { readFileSync } from 'node:fs';
import { HostFailure } from '../model/host-failure.ts';
import type { Host } from '../model/inventory.ts';
import type { Connection, Transport } from '../model/transport.ts';
import { BeyondSsh2 } from './beyond-ssh2.ts';
import { defaultKnownHostsFiles } from './ssh/host-keys.ts';
import { keysOf, parseKnownHosts } from './ssh/known-hosts.ts';
import { needsOpenssh } from './ssh-config/needs-openssh.ts';
import type { SshConfig, SshConfigs } from './ssh-config/ssh-config.ts';

export interface SshChoiceOptions {
  readonly ssh: Transport;
  readonly openssh: Transport;
  readonly configs: SshConfigs;
  readonly homeDirectory: string;
  /** As given on the command line; all three may be absent. */
  readonly user?: string;
  readonly privateKeyFiles?: readonly string[];
  readonly knownHostsFiles?: readonly string[];
}

/** Hosts over SSH for which nobody named a transport: by ssh2, and by the system's ssh where only that can do it. */
export function sshByNeed(options: SshChoiceOptions): Transport {
  const { ssh, openssh, configs, homeDirectory } = options;
  const texts = new Map<string, string | undefined>();
  /** Hosts of which only a try has shown that ssh2 cannot reach them, and why. */
  const learned = new Map<string, string>();
  /** Files that name an authority: asked once, not for each host. */
  const authorities = new Map<string, boolean>();
  const read = (file: string): string | undefined => {
    if (!texts.has(file)) texts.set(file, readIfThere(file));
    return texts.get(file);
  };

  /** Whether known_hosts has no key of a host, only an authority that signs such keys. */
  function knownByAuthority(config: SshConfig, address: string, port: number): boolean {
    const named = options.knownHostsFiles ?? knownHostsOf(config, homeDirectory);
    const files = named.flatMap((file) => {
      const text = read(file);
      return text === undefined ? [] : [{ file, text }];
    });
    if (!files.some(({ file, text }) => namesAuthority(file, text))) return false;
    const { hostKeyAlias } = config;
    const known =
      hostKeyAlias === undefined
        ? keysOf(parseKnownHosts(files), config.hostName ?? address, port)
        : keysOf(parseKnownHosts(files), hostKeyAlias, 22);
    return known.some(({ marker }) => marker === 'cert-authority') && !known.some(({ marker }) => marker === 'none');
  }

  function namesAuthority(file: string, text: string): boolean {
    const known = authorities.get(file) ?? text.includes('@cert-authority');
    authorities.set(file, known);
    return known;
  }

  async function need({ connect }: Host): Promise<string | undefined> {
    const user = connect.user ?? options.user;
    const port = connect.portByDefault === true ? undefined : connect.port;
    const config = await configs.of({
      address: connect.address,
      ...(user === undefined ? {} : { user }),
      ...(port === undefined ? {} : { port }),
    });
    const own = needsOpenssh(config, {
      privateKeyFiles: connect.privateKeyFile === undefined ? options.privateKeyFiles : [connect.privateKeyFile],
      homeDirectory,
      read,
      knownByAuthority: knownByAuthority(config, connect.address, port ?? config.port ?? connect.port),
    });
    return own ?? (await needOnTheWay(config));
  }

  /** A host is reached by the system's ssh also when only a bastion of it needs that. */
  async function needOnTheWay({ jump }: SshConfig): Promise<string | undefined> {
    for (const { name, user, port } of jump) {
      const target = { ...(user === undefined ? {} : { user }), ...(port === undefined ? {} : { port }) };
      const config = await configs.of({ address: name, ...target });
      const reason = needsOpenssh(config, {
        privateKeyFiles: options.privateKeyFiles,
        homeDirectory,
        read,
        knownByAuthority: knownByAuthority(config, name, port ?? config.port ?? 22),
      });
      if (reason !== undefined) return `bastion ${name}: ${reason}`;
    }
    return undefined;
  }

  function bySystem(host: Host, how: Parameters<Transport['open']>[1], reason: string): Promise<Connection> {
    return openssh.open(host, how).catch((error: unknown) => {
      if (!(error instanceof HostFailure) || error.phase !== 'config') throw error;
      throw new HostFailure('config', `${error.message} (this host needs the system's ssh: ${reason})`, error.help);
    });
  }

  return {
    name: 'ssh',
    async open(host, how): Promise<Connection> {
      const reason = learned.get(host.name) ?? (await need(host));
      if (reason !== undefined) return bySystem(host, how, reason);
      try {
        return await ssh.open(host, how);
      } catch (error) {
        if (!(error instanceof BeyondSsh2)) throw error;
        learned.set(host.name, error.message);
        return bySystem(host, how, error.message);
      }
    },
    async close() {
      await Promise.all([ssh.close(), openssh.close()]);
    },
  };
}

/** A transport that is loaded with the first host that it opens. */
export function lazyTransport(name: string, load: () => Promise<Transport>): Transport {
  let loaded: Promise<Transport> | undefined;
  return {
    name,
    async open(host, how) {
      loaded ??= load();
      return (await loaded).open(host, how);
    },
    async close() {
      await (await loaded)?.close();
    },
  };
}

function knownHostsOf(config: SshConfig, homeDirectory: string): readonly string[] {
  const [own, older, ...system] = defaultKnownHostsFiles(homeDirectory);
  const user = config.userKnownHostsFiles ?? [own, older].filter((file) => file !== undefined);
  return [...user, ...(config.globalKnownHostsFiles ?? system)];
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
