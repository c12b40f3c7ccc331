import type { Duplex } from 'node:stream';
import type { Clock } from '../../model/clock.ts';
import type { Host } from '../../model/inventory.ts';
import type { BecomeMethod } from '../../model/runbook.ts';
import type { Secret } from '../../model/secret.ts';
import type { Connection } from '../../model/transport.ts';
import { makeConnection } from '../connection.ts';
import { nameResolver, type ResolveNameOptions } from '../dns/resolve-name.ts';
import type { LaneLimits } from '../lane-limits.ts';
import type { Ask } from '../login-options.ts';
import type { BecomePasswords } from '../password-tries.ts';
import type { SshConfigs } from '../ssh-config/ssh-config.ts';
import { bastions } from './bastions.ts';
import { clientChannels } from './client-channels.ts';
import { credentialFinder } from './credentials.ts';
import { type Endpoint, type EndpointOptions, hopEndpoint, hostEndpoint } from './endpoint.ts';
import type { HostKeys } from './host-keys.ts';
import { type ReachedServer, reachServer } from './reach-server.ts';
import { type OnTraffic, watchTraffic } from './watch-traffic.ts';

export interface OpenerOptions {
  readonly endpoint: EndpointOptions;
  readonly configs: SshConfigs;
  readonly hostKeysOf: (files: readonly string[] | undefined) => HostKeys;
  readonly homeDirectory: string;
  readonly ask: Ask | undefined;
  readonly becomeMethod: BecomeMethod | undefined;
  readonly becomePassword: Secret | undefined;
  readonly becomePasswords: BecomePasswords;
  readonly hostsPerBastion: number | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly limits: LaneLimits | undefined;
  readonly names: Omit<ResolveNameOptions, 'clock'>;
  readonly onTraffic: OnTraffic | undefined;
}

/** Opens the connections of one run. What they share is read, asked and dialled once: keys, agents, bastions. */
export interface Opener {
  open(host: Host, signal: AbortSignal): Promise<Connection>;
  close(): void;
}

export function connectionOpener(options: OpenerOptions): Opener {
  const { clock, configs, random, hostKeysOf } = options;
  const find = credentialFinder(options);
  const resolve = nameResolver({ ...options.names, clock });
  const reach = (
    endpoint: Endpoint,
    forward: ((signal: AbortSignal) => Promise<Duplex>) | undefined,
    signal: AbortSignal,
  ): Promise<ReachedServer> =>
    reachServer(endpoint, {
      find,
      hostKeysOf,
      resolve,
      ...(forward === undefined ? {} : { forward }),
      clock,
      random,
      signal,
    });
  const ways = bastions({
    async endpointOf(hop) {
      const { name: address, user, port } = hop;
      const target = { address, ...(user === undefined ? {} : { user }), ...(port === undefined ? {} : { port }) };
      return hopEndpoint(hop, await configs.of(target), options.endpoint);
    },
    reach,
    clock,
    hostsPerConnection: options.hostsPerBastion ?? 64,
  });

  return {
    async open(host, signal) {
      const endpoint = hostEndpoint(host, await configs.of(targetOf(host, options.endpoint.user)), options.endpoint);
      const { address, port, jump, limits } = endpoint;
      const forward =
        jump.length === 0
          ? undefined
          : (login: AbortSignal) => ways.forward(jump, { address, port, tcpMs: limits.tcpMs }, login);
      const { client, readsLabels, socket, hostKey } = await reach(endpoint, forward, signal);
      const channels = clientChannels(client, clock, limits.shellMs);
      const { onTraffic } = options;
      return makeConnection({
        open:
          onTraffic === undefined ? channels : watchTraffic(host.name, { socket, open: channels }, clock, onTraffic),
        hostKey,
        labelled: readsLabels || onTraffic !== undefined,
        becomeMethod: host.connect.becomeMethod ?? options.becomeMethod,
        becomePassword: host.connect.becomePassword ?? options.becomePassword,
        passwords: options.becomePasswords.of(host.name),
        clock,
        startMs: limits.shellMs,
        ...(options.limits === undefined ? {} : { limits: options.limits }),
        close() {
          client.end();
          // A dead link never answers a polite end, and would hold the process.
          setImmediate(() => socket.destroy());
        },
      });
    },
    close: () => ways.close(),
  };
}

/** As it would be typed: `ssh -l USER -p PORT ADDRESS`, with what inventory and command line name. */
function targetOf({ connect }: Host, user: string | undefined) {
  const login = connect.user ?? user;
  return {
    address: connect.address,
    ...(login === undefined ? {} : { user: login }),
    ...(connect.portByDefault === true ? {} : { port: connect.port }),
  };
}
