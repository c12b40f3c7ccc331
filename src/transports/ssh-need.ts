import { readFileSync } from 'node:fs';
import type { Host } from '../model/inventory.ts';
import { type AskAgent, onlyOpenssh } from './ssh/agent-list.ts';
import { defaultKnownHostsFiles } from './ssh/host-keys.ts';
import { type KnownKey, keysOf, parseKnownHosts } from './ssh/known-hosts.ts';
import { needsOpenssh } from './ssh-config/needs-openssh.ts';
import type { Hop, SshConfig, SshConfigs } from './ssh-config/ssh-config.ts';

export interface SshNeedOptions {
  readonly configs: SshConfigs;
  readonly homeDirectory: string;
  /** As given on the command line; all four may be absent. */
  readonly user?: string;
  readonly privateKeyFiles?: readonly string[];
  readonly knownHostsFiles?: readonly string[];
  readonly agent?: string | false;
  readonly askAgent: AskAgent;
}

/** Tells why a host needs the system's ssh, as far as that can be told before dialling; `undefined`: it does not. */
export function sshNeed(options: SshNeedOptions): (host: Host) => Promise<string | undefined> {
  const { configs, homeDirectory } = options;
  const texts = new Map<string, string | undefined>();
  const parsed = new Map<string, readonly KnownKey[]>();
  const read = (file: string): string | undefined => {
    if (!texts.has(file)) texts.set(file, readIfThere(file));
    return texts.get(file);
  };

  /** What the files know, if they name any authority; read once, not for each host. */
  function knownKeys(files: readonly string[]): readonly KnownKey[] {
    const key = JSON.stringify(files);
    const found = files.map((file) => ({ file, text: read(file) ?? '' }));
    const known =
      parsed.get(key) ?? (found.some(({ text }) => text.includes('@cert-authority')) ? parseKnownHosts(found) : []);
    parsed.set(key, known);
    return known;
  }

  /** Whether known_hosts has no key of a host, only an authority that signs such keys. */
  function knownByAuthority(config: SshConfig, address: string, port: number): boolean {
    const known = knownKeys(options.knownHostsFiles ?? knownHostsOf(config, homeDirectory));
    if (known.length === 0) return false;
    const { hostKeyAlias } = config;
    const name = hostKeyAlias ?? config.hostName ?? address;
    const exact = keysOf(known, name, hostKeyAlias === undefined ? port : 22);
    // As OpenSSH: a host of which nothing is known at its port may be known without it.
    const about = exact.length === 0 ? keysOf(known, name, 22) : exact;
    return about.some(({ marker }) => marker === 'cert-authority') && !about.some(({ marker }) => marker === 'none');
  }

  /** Keys that only the system's ssh can use, where an agent holds them and nobody said which keys to use. */
  async function needOfAgent(config: SshConfig): Promise<string | undefined> {
    const { identitiesOnly, preferredAuthentications } = config;
    if (identitiesOnly || preferredAuthentications?.includes('publickey') === false) return undefined;
    const socket = options.agent ?? config.identityAgent ?? process.env['SSH_AUTH_SOCK'];
    if (socket === undefined || socket === false || socket === '') return undefined;
    const list = await options.askAgent(socket);
    const [what] = list.kind === 'entries' ? list.entries.flatMap(({ type }) => onlyOpenssh(type) ?? []) : [];
    return what === undefined ? undefined : `${what} (in the agent)`;
  }

  async function needOf(
    config: SshConfig,
    address: string,
    port: number,
    privateKeyFiles: readonly string[] | undefined,
  ): Promise<string | undefined> {
    const reason = needsOpenssh(config, {
      privateKeyFiles,
      homeDirectory,
      read,
      knownByAuthority: knownByAuthority(config, address, port),
    });
    return reason ?? (privateKeyFiles === undefined ? needOfAgent(config) : undefined);
  }

  /**
   * A host is reached by the system's ssh also when only a bastion of it needs that, or a bastion's own. As OpenSSH: of
   * several the first is reached by its own ProxyJump, and none gets the keys of the command line.
   */
  async function needOnTheWay(hops: readonly Hop[], seen: ReadonlySet<string>): Promise<string | undefined> {
    for (const [index, { name, user, port }] of hops.entries()) {
      const config = await configs.of(targetOf(name, user, port));
      const reason = await needOf(config, name, port ?? config.port ?? 22, undefined);
      if (reason !== undefined) return `bastion ${name}: ${reason}`;
      const behind = index > 0 || seen.has(name) ? [] : config.jump;
      const further = await needOnTheWay(behind, new Set([...seen, name]));
      if (further !== undefined) return further;
    }
    return undefined;
  }

  return async ({ connect }) => {
    const port = connect.portByDefault === true ? undefined : connect.port;
    const config = await configs.of(targetOf(connect.address, connect.user ?? options.user, port));
    const keys = connect.privateKeyFile === undefined ? options.privateKeyFiles : [connect.privateKeyFile];
    const own = await needOf(config, connect.address, port ?? config.port ?? connect.port, keys);
    return own ?? (await needOnTheWay(config.jump, new Set()));
  };
}

function targetOf(address: string, user: string | undefined, port: number | undefined) {
  return { address, ...(user === undefined ? {} : { user }), ...(port === undefined ? {} : { port }) };
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
