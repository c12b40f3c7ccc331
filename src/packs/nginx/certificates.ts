import type { TypeOf } from '../../model/schema.ts';
import type { PlacedDirective } from './config-includes.ts';
import { type Listen, parseListen } from './listen.ts';
import { below, fitsOnLine } from './path.ts';

/** One certificate of nginx's configuration; what `nginx.certificates` lists. */
export const certificateSchema = {
  type: 'object',
  properties: {
    certificate: { type: 'string', description: 'Its file, absolute' },
    key: { type: 'string', description: 'The file of its key, absolute; empty when it is not a file' },
    servers: { type: 'array', items: { type: 'string' }, description: 'Every server_name that it is served for' },
    several: { type: 'boolean', description: 'Its server has more than one: one for each kind of key' },
    askable: { type: 'boolean', description: 'A handshake on this host can show it, by `address`, `port` and `name`' },
    address: { type: 'string', description: 'Where to ask nginx for it; 127.0.0.1 where it cannot be asked' },
    port: { type: 'integer', description: 'At which port; 443 where it cannot be asked' },
    name: { type: 'string', description: 'By which name (SNI); empty: none' },
    source: { type: 'string', description: 'Where the configuration says so: file:line' },
  },
  required: ['certificate', 'key', 'servers', 'several', 'askable', 'address', 'port', 'name', 'source'],
} as const;

export type SiteCertificate = TypeOf<typeof certificateSchema>;

/** More than this are cut off. */
const maxCertificates = 500;
const maxServers = 50;

interface Way {
  readonly address: string;
  readonly port: number;
  readonly name: string;
}

interface Server {
  readonly names: readonly string[];
  readonly listens: readonly Listen[];
  readonly pairs: readonly (Pair & { readonly source: string })[];
}

interface Pair {
  readonly certificate: string;
  readonly key: string;
}

/**
 * Every certificate file that a server with TLS names, each once with its key. One handshake tells what the running nginx
 * holds for a pair, whichever of its servers shows it: all of them were loaded at once.
 */
export function findCertificates(
  directives: readonly PlacedDirective[],
  confFolder: string,
): readonly SiteCertificate[] {
  const found = new Map<string, SiteCertificate>();
  const servers = directives.flatMap((area) =>
    area.block ? serversOf(area.block, pairsOf(area.block, confFolder), confFolder) : [],
  );
  const firsts = defaultServers(servers);
  for (const server of servers) {
    const way = wayTo(server, firsts);
    for (const { certificate, key, source } of server.pairs) {
      const id = `${certificate}\n${key}`;
      const before = found.get(id);
      if (before === undefined && found.size >= maxCertificates) continue;
      found.set(id, {
        certificate,
        key,
        servers: [...new Set([...(before?.servers ?? []), ...server.names])].slice(0, maxServers),
        several: before?.askable ? before.several : server.pairs.length > 1,
        ...(before?.askable ? asked(before) : asked(way)),
        source: before?.source ?? source,
      });
    }
  }
  return [...found.values()];
}

function asked(way: Way | undefined) {
  return way === undefined
    ? { askable: false, address: '127.0.0.1', port: 443, name: '' }
    : { askable: true, address: way.address, port: way.port, name: way.name };
}

/** Servers with TLS; `ssl on;` (before nginx 1.25) makes every listen of its server one. Certificates are inherited from outside as long as a server has none of its own. */
function serversOf(block: readonly PlacedDirective[], outer: Server['pairs'], confFolder: string): readonly Server[] {
  return block.flatMap((directive) => {
    if (directive.name !== 'server' || !directive.block || directive.args.length > 0) return [];
    const inside = directive.block;
    const sslOn = inside.some(({ name, args }) => name === 'ssl' && args[0] === 'on');
    const listens = inside.flatMap((each) => (each.name === 'listen' ? (parseListen(each.args) ?? []) : []));
    const secure = listens.filter((listen) => listen.ssl || sslOn);
    const own = pairsOf(inside, confFolder);
    const names = inside.flatMap(({ name, args }) => (name === 'server_name' ? args : []));
    return secure.length === 0 ? [] : [{ names, listens: secure, pairs: own.length > 0 ? own : outer }];
  });
}

/** The n-th `ssl_certificate` belongs with the n-th `ssl_certificate_key`. Variables and stores are no files of ours. */
function pairsOf(block: readonly PlacedDirective[], confFolder: string): Server['pairs'] {
  const file = (written: string | undefined) =>
    written === undefined || written.includes('$') || /^(?:data|engine|store):/.test(written)
      ? ''
      : below(confFolder, written);
  const keys = block.filter(({ name }) => name === 'ssl_certificate_key');
  return block
    .filter(({ name }) => name === 'ssl_certificate')
    .map(({ args, file: where, line }, at) => ({
      certificate: file(args[0]),
      key: file(keys[at]?.args[0]),
      source: `${where}:${line}`,
    }))
    .filter(({ certificate, key }) => certificate !== '' && fitsOnLine(certificate) && (key === '' || fitsOnLine(key)));
}

/** Of each address, the server that answers whoever asks for no name, or one that nobody has. */
function defaultServers(servers: readonly Server[]): ReadonlyMap<string, Server> {
  const firsts = new Map<string, { readonly server: Server; readonly named: boolean }>();
  for (const server of servers) {
    for (const listen of server.listens) {
      const at = `${listen.address}:${listen.port}`;
      if (!firsts.has(at) || (listen.isDefault && firsts.get(at)?.named === false)) {
        firsts.set(at, { server, named: listen.isDefault });
      }
    }
  }
  return new Map([...firsts].map(([at, { server }]) => [at, server]));
}

/** How this host can have this server answer; PROXY protocol and Unix sockets are no way for a plain TLS client. */
function wayTo(server: Server, firsts: ReadonlyMap<string, Server>): Way | undefined {
  const name = server.names.flatMap(askableName)[0];
  for (const { address, port, proxied } of server.listens) {
    if (proxied) continue;
    if (name === undefined && firsts.get(`${address}:${port}`) !== server) continue;
    return { address: reachable(address), port, name: name ?? '' };
  }
  return undefined;
}

/** A name that this server_name answers to; none for regular expressions and catch-alls. */
function askableName(written: string): readonly string[] {
  const name = written.replace(/^\*\./, 'mendgate.').replace(/^\./, '');
  return /^[A-Za-z0-9_](?:[A-Za-z0-9_-]|\.(?!$|\.)){0,252}$/.test(name) && name !== '_' ? [name.toLowerCase()] : [];
}

function reachable(address: string): string {
  if (address === '*' || address === '0.0.0.0') return '127.0.0.1';
  return address === '::' ? '::1' : address;
}
