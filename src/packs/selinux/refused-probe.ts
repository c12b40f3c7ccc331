import { isObject } from '../../model/json.ts';
import { defineProbe, unreadable } from '../../model/probe.ts';
import { lineOf } from './answer-lines.ts';
import { contextPattern } from './context.ts';
import { refusedScript } from './gather-script.ts';
import { needsOf } from './needs.ts';
import { readFacts } from './policy-facts.ts';
import { needText } from './port-remedies.ts';
import { samePath } from './runtime-path.ts';
import { socketText } from './socket-results.ts';
import { isComplete, readUpstreams, type Upstream } from './upstreams.ts';

export default defineProbe({
  name: 'selinux.refused',
  summary:
    'Which of these backends SELinux refuses to nginx at this moment, by the kernel’s own answers; no log is read, and what would help is not asked.',
  params: {
    type: 'object',
    properties: {
      domain: {
        type: 'string',
        pattern: `^$|${contextPattern}`,
        description: 'Context (or type) of nginx’s worker; empty when there is none',
      },
      backends: {
        type: 'array',
        items: { type: 'any', description: 'kind tcp with port, or kind unix with path' },
        maxItems: 2000,
        description: 'Backends to ask about, as nginx.upstream_errors lists them; without any, the host is not asked',
      },
      upstreams: {
        type: 'array',
        items: { type: 'any', description: 'kind tcp with port, or kind unix with path' },
        maxItems: 2000,
        description: 'What nginx.upstreams found: a backend that is configured no more is left out',
      },
    },
    required: ['domain', 'backends', 'upstreams'],
  },
  result: {
    type: 'array',
    items: {
      type: 'object',
      properties: {
        peer: { type: 'string', description: 'The backend as it was named: 127.0.0.1:3000, unix:/run/app/app.sock' },
        access: { type: 'string', description: 'What is refused: tcp/3000 (ntop_port_t)' },
      },
      required: ['peer', 'access'],
    },
    description: 'Empty too where SELinux, or the worker’s domain, is permissive or disabled',
  },
  reads: () => ['selinux.policy', 'selinux.boolean:*', 'selinux.port:*', 'selinux.fcontext:*', 'selinux.module:*'],
  async read(host, { domain, backends, upstreams }) {
    const wanted = stillConfigured(readUpstreams(backends), upstreams);
    if (wanted.length === 0 || domain === '') return [];
    const ports = wanted.flatMap((backend) => (backend.kind === 'tcp' ? [backend.port] : []));
    const answer = await host.run({
      script: refusedScript,
      variables: {
        worker: domain,
        tcp_ports: ports.join(' '),
        connects: ports.length > 0 ? 'yes' : 'no',
        paths: wanted.flatMap((backend) => (backend.kind === 'unix' ? [backend.path] : [])).join('\n'),
      },
      timeoutMs: 120_000,
    });
    if (answer.truncated || lineOf(answer.stdout, 'mode') === undefined)
      return unreadable('the host’s SELinux policy could not be looked at');
    const facts = readFacts(answer.stdout, domain);
    if (facts.mode !== 'enforcing' || facts.permissiveDomain) return [];
    const needs = needsOf(facts, domain, [], wanted, true);
    const [open] = needs.open;
    if (open) return unreadable(`${open.access}: ${open.why}`);
    return [
      ...needs.ports.flatMap((need) =>
        peersAt(backends, { kind: 'tcp', port: need.port }).map((peer) => ({ peer, access: needText(need) })),
      ),
      ...needs.sockets.map((need) => ({ peer: `unix:${need.socket.path}`, access: socketText(need) })),
    ];
  },
});

/** Those that nginx still connects to. Where one upstream is only known at run time, any of them may be it. */
function stillConfigured(backends: readonly Upstream[], upstreams: readonly unknown[]): readonly Upstream[] {
  if (upstreams.length > 0 && !isComplete(upstreams)) return backends;
  const configured = readUpstreams(upstreams);
  return backends.filter((backend) => configured.some((upstream) => isSame(backend, upstream)));
}

/** How the backends at one place were named; at least one name. */
function peersAt(backends: readonly unknown[], place: Upstream & { readonly kind: 'tcp' }): readonly string[] {
  const named = backends.flatMap((backend) => {
    const peer =
      isObject(backend) && readUpstreams([backend]).some((each) => isSame(each, place)) ? backend['peer'] : '';
    return typeof peer === 'string' && peer !== '' ? [peer] : [];
  });
  return named.length > 0 ? [...new Set(named)] : [`tcp/${place.port}`];
}

function isSame(one: Upstream, other: Upstream): boolean {
  if (one.kind === 'tcp') return other.kind === 'tcp' && one.port === other.port;
  return other.kind === 'unix' && samePath(one.path, other.path);
}
