import type { TypeOf } from '../../model/schema.ts';
import type { PlacedDirective } from './config-includes.ts';
import { passes, passTarget } from './pass-target.ts';
import { type Peer, parsePeer } from './peer.ts';
import { walkConfig } from './walk-config.ts';

/** One backend of nginx; what `nginx.upstreams` lists and `nginx.backends` takes. */
export const upstreamSchema = {
  type: 'object',
  properties: {
    kind: { type: 'string', enum: ['tcp', 'unix'], description: 'How nginx connects' },
    peer: { type: 'string', description: 'As nginx writes it: 127.0.0.1:3000, [::1]:3000, unix:/run/app.sock' },
    address: { type: 'string', description: 'IP address or host name; absent for sockets and variables' },
    port: { type: 'integer', description: 'TCP port; absent for sockets and variables' },
    path: { type: 'string', description: 'Path of the socket; absent for TCP' },
    scheme: {
      type: 'string',
      description: 'http, https, fastcgi, uwsgi, suwsgi, scgi, grpc, grpcs, memcached, stream',
    },
    server: {
      type: 'string',
      description: 'First server_name of the server that passes there; empty when it has none',
    },
    source: { type: 'string', description: 'Where the configuration says so: file:line' },
    via: { type: 'string', description: 'The directive that says so: proxy_pass, or upstream NAME' },
    dynamic: { type: 'boolean', description: 'It holds variables: where it goes is settled at each request' },
    resolved: {
      type: 'array',
      items: { type: 'string' },
      description:
        'The addresses that a host name has now; absent for addresses, and for names that could not be resolved',
    },
  },
  required: ['kind', 'peer', 'scheme', 'server', 'source', 'via', 'dynamic'],
} as const;

export type Upstream = TypeOf<typeof upstreamSchema>;

/** More backends than this are cut off. */
export const maxUpstreams = 1000;

interface Block {
  readonly servers: readonly { readonly peer: Peer; readonly source: string }[];
  used: boolean;
}

/**
 * Every backend that a `*_pass` can reach, each once, in the configuration's order. Servers marked `down` are left out:
 * nginx never dials them. So are `upstream` blocks that nothing passes to, unless a variable may name them.
 */
export function findUpstreams(directives: readonly PlacedDirective[]): readonly Upstream[] {
  const blocks = collectBlocks(directives);
  const found = new Map<string, Upstream>();
  const add = (upstream: Upstream) => {
    const key = `${upstream.scheme} ${upstream.peer}`;
    if (!found.has(key) && found.size < maxUpstreams) found.set(key, upstream);
  };
  let anyVariable = false;
  walkConfig(directives, (directive, { server, area }) => {
    const pass = passes[directive.name];
    const argument = directive.args[0];
    if (pass === undefined || argument === undefined || directive.block !== undefined) return;
    const { scheme, target, port } = passTarget(pass, argument, area);
    const source = `${directive.file}:${directive.line}`;
    if (target.includes('$')) {
      anyVariable = true;
      add({
        kind: target.startsWith('unix:') ? 'unix' : 'tcp',
        peer: target,
        scheme,
        server,
        source,
        via: directive.name,
        dynamic: true,
      });
      return;
    }
    const name = blockName(target);
    const block = blocks.get(`${area} ${name}`);
    if (block) {
      block.used = true;
      for (const each of block.servers) {
        add({ ...each.peer, scheme, server, source: each.source, via: `upstream ${name}`, dynamic: false });
      }
      return;
    }
    const peer = parsePeer(target, port);
    if (peer) add({ ...peer, scheme, server, source, via: directive.name, dynamic: false });
  });
  if (anyVariable) addUnused(blocks, add);
  return [...found.values()];
}

function addUnused(blocks: ReadonlyMap<string, Block>, add: (upstream: Upstream) => void): void {
  for (const [key, block] of blocks) {
    if (block.used) continue;
    const [area, name] = key.split(' ');
    const scheme = area === 'stream' ? 'stream' : 'http';
    for (const each of block.servers) {
      add({ ...each.peer, scheme, server: '', source: each.source, via: `upstream ${name}`, dynamic: false });
    }
  }
}

/** By area and name: `stream` and `http` have name spaces of their own. Names do not care for case. */
function collectBlocks(directives: readonly PlacedDirective[]): ReadonlyMap<string, Block> {
  const blocks = new Map<string, Block>();
  walkConfig(directives, (directive, { area }) => {
    if (directive.name !== 'upstream' || !directive.block || directive.args[0] === undefined) return;
    const servers = directive.block.flatMap((entry) => {
      if (entry.name !== 'server' || entry.args.slice(1).includes('down')) return [];
      const peer = parsePeer(entry.args[0] ?? '', area === 'stream' ? undefined : 80);
      return peer ? [{ peer, source: `${entry.file}:${entry.line}` }] : [];
    });
    blocks.set(`${area} ${directive.args[0].toLowerCase()}`, { servers, used: false });
  });
  return blocks;
}

function blockName(target: string): string {
  return (
    target.startsWith('[') || target.startsWith('unix:') ? target : (target.split(':', 1)[0] ?? '')
  ).toLowerCase();
}
