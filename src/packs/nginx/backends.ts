import { unreadable } from '../../model/probe.ts';
import type { TypeOf } from '../../model/schema.ts';
import type { Unknown } from '../../model/unknown.ts';
import type { Listener, ListeningHost } from './listeners.ts';
import { sameAddress } from './proc-net.ts';
import type { Upstream } from './upstreams.ts';

/** What `nginx.backends` says of one upstream. */
export const backendSchema = {
  type: 'object',
  properties: {
    upstream: { type: 'string', description: 'The peer as nginx writes it: 127.0.0.1:3000, unix:/run/app.sock' },
    kind: { type: 'string', enum: ['tcp', 'unix'], description: 'How nginx connects' },
    address: { type: 'string', description: 'IP address or host name; absent for sockets' },
    port: { type: 'integer', description: 'TCP port; absent for sockets' },
    path: { type: 'string', description: 'Path of the socket; absent for TCP' },
    local: { type: 'boolean', description: 'It is on this machine' },
    listening: {
      type: 'boolean',
      description: 'A process of this machine accepts connections there; false for other machines',
    },
    listens_on: {
      type: 'string',
      description:
        'Where the backend really listens: the upstream itself when it does, else its unit’s other addresses; empty when nowhere, or unknown',
    },
    pid: {
      type: 'integer',
      description: 'Process that holds the listening socket; absent without the right to see it',
    },
    process: { type: 'string', description: 'Name of that process' },
    unit: { type: 'string', description: 'systemd’s unit of the backend; empty when unknown' },
    active: { type: 'boolean', description: 'That unit is active; without a unit: somebody listens there' },
  },
  required: ['upstream', 'kind', 'local', 'listening', 'listens_on', 'unit', 'active'],
} as const;

export type Backend = TypeOf<typeof backendSchema>;

/**
 * Joins nginx's upstreams with what listens on the host. `units` names the unit of an upstream whose process is gone:
 * nothing on the host could tell. Upstreams with variables are left out: where they go is settled at each request.
 */
export function findBackends(
  upstreams: readonly Upstream[],
  units: Readonly<Record<string, string>>,
  host: ListeningHost,
): readonly Backend[] | Unknown {
  if (!host.systemd && Object.keys(units).length > 0)
    return unreadable('this host has no systemctl, so units cannot be asked');
  const distinct = new Map(
    upstreams.filter((upstream) => !upstream.dynamic).map((upstream) => [upstream.peer, upstream]),
  );
  return [...distinct.values()].map((upstream) => judge(upstream, units[upstream.peer] ?? '', host));
}

function judge(upstream: Upstream, mapped: string, host: ListeningHost): Backend {
  const local = isLocal(upstream, host.addresses);
  const listener = local ? host.listeners.find((each) => serves(each, upstream)) : undefined;
  const unit = local ? listener?.unit || mapped : '';
  const active = listener !== undefined || (unit !== '' && host.units.get(unit) === 'active');
  const elsewhere = host.listeners.filter((each) => unit !== '' && each.unit === unit).map(nameOf);
  const { peer, kind, address, port, path } = upstream;
  return {
    upstream: peer,
    kind,
    ...(address === undefined ? {} : { address }),
    ...(port === undefined ? {} : { port }),
    ...(path === undefined ? {} : { path }),
    local,
    listening: listener !== undefined,
    listens_on: listener ? peer : [...new Set(elsewhere)].sort().join(', '),
    ...(listener?.pid === undefined ? {} : { pid: listener.pid }),
    ...(listener?.process === undefined ? {} : { process: listener.process }),
    unit,
    active,
  };
}

function isLocal(upstream: Upstream, addresses: ReadonlySet<string>): boolean {
  if (upstream.kind === 'unix') return true;
  return targets(upstream).some((address) => isLoopback(address) || addresses.has(address));
}

/** The addresses behind an upstream, in one spelling. */
function targets({ address = '', resolved }: Upstream): readonly string[] {
  return (resolved ?? [address]).map(sameAddress);
}

function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || address.startsWith('127.');
}

function serves(listener: Listener, upstream: Upstream): boolean {
  if (upstream.kind === 'unix') {
    const spellings = [upstream.path ?? '', (upstream.path ?? '').replace(/^\/var\/run\//, '/run/')];
    return listener.port === 0 && spellings.includes(listener.address.replace(/^\/var\/run\//, '/run/'));
  }
  if (listener.port !== upstream.port) return false;
  return targets(upstream).some((address) => {
    if (listener.address === address) return true;
    // `::` takes IPv4 too, unless the program asked otherwise; /proc does not show that.
    if (listener.address === '::') return true;
    return listener.address === '0.0.0.0' && !address.includes(':');
  });
}

function nameOf({ address, port }: Listener): string {
  if (port === 0) return `unix:${address}`;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
