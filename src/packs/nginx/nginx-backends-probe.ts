import { defineProbe, unreadable } from '../../model/probe.ts';
import { backendSchema, findBackends } from './backends.ts';
import { parseListeners } from './listeners.ts';
import { listenersScript } from './listeners-script.ts';
import { maxUpstreams, upstreamSchema } from './upstreams.ts';

export default defineProbe({
  name: 'nginx.backends',
  summary: 'Which of nginx’s backends run on this host, where they really listen, and which units they are.',
  params: {
    type: 'object',
    properties: {
      upstreams: {
        type: 'array',
        items: upstreamSchema,
        maxItems: maxUpstreams,
        description: 'What `nginx.upstreams` gave',
      },
      units: {
        type: 'object',
        properties: {},
        additionalProperties: { type: 'string', pattern: '^[A-Za-z0-9:_.@\\\\-]{1,255}$' },
        default: {},
        description: 'Upstream → its unit, where that cannot be seen: {"127.0.0.1:3000": app.service}',
      },
    },
    required: ['upstreams'],
  },
  result: { type: 'array', items: backendSchema, description: 'One for each peer, those with variables left out' },
  reads: () => ['service:*', 'tcp', 'nginx:processes'],
  fingerprint: (backends) =>
    backends.map(({ upstream, listening, unit, active }) => ({ upstream, listening, unit, active })),
  async read(host, { upstreams, units }) {
    const named = withSuffix(units);
    const answer = await host.run({
      script: listenersScript,
      variables: { UNITS: [...new Set(Object.values(named))].join('\n') },
    });
    if (answer.truncated) return unreadable('more listening sockets than can be read');
    if (!/^(?:A|6) /m.test(answer.stdout)) return unreadable('this machine’s addresses cannot be read from /proc/net');
    return findBackends(upstreams, named, parseListeners(answer.stdout));
  },
});

/** `app` as `app.service`, as systemctl takes it. */
function withSuffix(units: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(units).map(([peer, unit]) => [peer, /\.[a-z]+$/.test(unit) ? unit : `${unit}.service`]),
  );
}
