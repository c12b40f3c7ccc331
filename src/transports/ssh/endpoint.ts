import { HostFailure } from '../../model/host-failure.ts';
import type { Host } from '../../model/inventory.ts';
import { safeLine } from '../../model/safe-text.ts';
import type { Secret } from '../../model/secret.ts';
import { greetingMs } from '../host-shell.ts';
import type { AlgorithmLists } from '../ssh-config/algorithm-lists.ts';
import type { Hop, SshConfig } from '../ssh-config/ssh-config.ts';
import type { WantedCredentials } from './credentials.ts';

/** One SSH server to log in to, host or bastion: everything that inventory, command line and ssh_config have to say. */
export interface Endpoint {
  /** For messages and questions. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly family?: 4 | 6;
  readonly bindAddress?: string;
  /** The machines on the way, the first one first. */
  readonly jump: readonly Hop[];
  readonly credentials: WantedCredentials;
  /** Under which name and port its key is known; `typed`, where a scan from here would not find it. */
  readonly keyName: { readonly address: string; readonly port: number; readonly typed?: string };
  /** Absent: the usual files. */
  readonly knownHostsFiles?: readonly string[];
  readonly algorithms: AlgorithmLists;
  readonly limits: EndpointLimits;
  readonly keepalive: { readonly intervalMs: number; readonly countMax: number };
}

/** How long each part of reaching it may take, in ms. */
export interface EndpointLimits {
  readonly dnsMs: number;
  readonly tcpMs: number;
  readonly handshakeMs: number;
  readonly authMs: number;
  /** Until a channel is open, and then until its shell greets. */
  readonly shellMs: number;
  /** How long a host that hangs up before it greets is asked again. */
  readonly droppedMs: number;
}

/** What the command line says; it wins over ssh_config, and so does the inventory. */
export interface EndpointOptions {
  /** Where neither inventory nor ssh_config names one. */
  readonly ownName: string;
  readonly user: string | undefined;
  readonly privateKeyFiles: readonly string[] | undefined;
  readonly password: Secret | undefined;
  /** `undefined`: ssh_config's, else {@link environmentAgent}. `false`: none. */
  readonly agent: string | false | undefined;
  readonly environmentAgent: string | undefined;
  readonly knownHostsFiles: readonly string[] | undefined;
  readonly defaultKnownHostsFiles: readonly string[];
  readonly connectMs: number | undefined;
}

/** An inventory's host. */
export function hostEndpoint(host: Host, config: SshConfig, options: EndpointOptions): Endpoint {
  const { connect } = host;
  const named = connect.privateKeyFile === undefined ? options.privateKeyFiles : [connect.privateKeyFile];
  return endpoint(
    {
      name: host.name,
      address: connect.address,
      user: connect.user ?? options.user,
      port: connect.portByDefault === true ? undefined : connect.port,
      keyFiles: named,
      password: connect.password ?? options.password,
    },
    config,
    options,
  );
}

/**
 * A machine that only leads on. It never gets the hosts' password, which was given for others; keys, agent and the
 * operator's answers it gets.
 */
export function hopEndpoint(hop: Hop, config: SshConfig, options: EndpointOptions): Endpoint {
  const said = { name: hop.name, address: hop.name, user: hop.user, port: hop.port };
  return endpoint({ ...said, keyFiles: options.privateKeyFiles, password: undefined }, config, options);
}

interface Said {
  readonly name: string;
  readonly address: string;
  readonly user: string | undefined;
  readonly port: number | undefined;
  readonly keyFiles: readonly string[] | undefined;
  readonly password: Secret | undefined;
}

function endpoint(said: Said, config: SshConfig, options: EndpointOptions): Endpoint {
  const { connectMs } = options;
  refuseWhatOnlySshHonours(config, said.name);
  const address = config.hostName ?? said.address;
  const port = said.port ?? config.port ?? 22;
  const keyFiles = said.keyFiles ?? config.identityFiles;
  const agent = options.agent ?? config.identityAgent ?? options.environmentAgent;
  const files = options.knownHostsFiles ?? knownHostsOf(config, options.defaultKnownHostsFiles);
  const tcpMs = connectMs ?? config.connectTimeoutMs;
  return {
    name: said.name,
    address,
    port,
    user: said.user ?? config.user ?? options.ownName,
    ...(config.addressFamily === undefined ? {} : { family: config.addressFamily }),
    ...(config.bindAddress === undefined ? {} : { bindAddress: config.bindAddress }),
    jump: config.jump,
    credentials: {
      name: said.name,
      ...(keyFiles === undefined ? {} : { keyFiles }),
      mustUseKeys: said.keyFiles !== undefined,
      onlyTheseKeys: said.keyFiles !== undefined || config.identitiesOnly,
      ...(config.algorithms.publicKey === undefined ? {} : { accepted: config.algorithms.publicKey }),
      password: said.password,
      agent: agent === false ? undefined : agent,
      methods: config.preferredAuthentications,
      mayAsk: !config.batchMode,
    },
    // As OpenSSH: an alias stands for name and port.
    keyName: {
      ...(config.hostKeyAlias === undefined ? { address, port } : { address: config.hostKeyAlias, port: 22 }),
      ...(config.hostKeyAlias === undefined && config.jump.length === 0 ? {} : { typed: said.address }),
    },
    ...(files === undefined ? {} : { knownHostsFiles: files }),
    algorithms: config.algorithms,
    limits: {
      dnsMs: connectMs ?? 5000,
      tcpMs: tcpMs ?? 10_000,
      handshakeMs: tcpMs ?? 15_000,
      authMs: connectMs ?? 20_000,
      shellMs: connectMs ?? greetingMs,
      droppedMs: connectMs ?? 15_000,
    },
    keepalive: { intervalMs: config.serverAliveIntervalMs ?? 10_000, countMax: config.serverAliveCountMax ?? 3 },
  };
}

/** Without it another machine than the operator's might answer, or one be trusted that must not be. */
const onlySshHonours: readonly (readonly [option: string, says: (name: string) => string])[] = [
  ['proxycommand', (name) => `reaches ${name} by a ProxyCommand`],
  ['revokedhostkeys', (name) => `has revoked host keys looked for at ${name} (RevokedHostKeys)`],
  ['knownhostscommand', (name) => `asks a program for the host keys of ${name} (KnownHostsCommand)`],
];

function refuseWhatOnlySshHonours(config: SshConfig, name: string): void {
  for (const [option, says] of onlySshHonours) {
    const [value = 'none'] = config.options.get(option) ?? [];
    if (value.toLowerCase() === 'none') continue;
    const message = `ssh_config ${says(safeLine(name))}, which only the system's ssh can do`;
    throw new HostFailure('config', message, 'use -c openssh, or leave the choice of the transport to mendgate');
  }
}

/** `undefined`: ssh_config says nothing of them. The first file is the one that new keys are written to. */
function knownHostsOf(config: SshConfig, defaults: readonly string[]): readonly string[] | undefined {
  const { userKnownHostsFiles, globalKnownHostsFiles } = config;
  if (userKnownHostsFiles === undefined && globalKnownHostsFiles === undefined) return undefined;
  return [...(userKnownHostsFiles ?? defaults.slice(0, 2)), ...(globalKnownHostsFiles ?? defaults.slice(2))];
}
