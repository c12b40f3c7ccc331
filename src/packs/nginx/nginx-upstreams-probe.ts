import { defineProbe, type Inspector, unreadable } from '../../model/probe.ts';
import { Unknown } from '../../model/unknown.ts';
import { configResources, pidFile } from './params.ts';
import { isHostName } from './peer.ts';
import { readConfig } from './read-config.ts';
import { findUpstreams, type Upstream, upstreamSchema } from './upstreams.ts';

/** Asks the host's own resolver, as nginx does when it starts; at most 40 names, 2 s each where `timeout` exists. */
const resolveScript = `
nl='
'
IFS=$nl
wait=
command -v timeout >/dev/null 2>&1 && timeout 1 true 2>/dev/null && wait=1
for name in $NAMES; do
  if [ -n "$wait" ]; then found=$(timeout 2 getent ahosts "$name" 2>/dev/null); else found=$(getent ahosts "$name" 2>/dev/null); fi
  printf '%s\\n' "$found" | while IFS=' ' read -r address _; do [ -n "$address" ] && echo "$name $address"; done
done
:
`;

export default defineProbe({
  name: 'nginx.upstreams',
  summary: 'Every backend that nginx’s configuration passes requests to, each once.',
  params: { type: 'object', properties: { pid_file: pidFile } },
  result: { type: 'array', items: upstreamSchema, description: 'In the configuration’s order' },
  reads: () => ['nginx:processes', 'file:/etc/hosts', ...configResources],
  // What a name resolves to may turn with every question.
  fingerprint: (upstreams) => upstreams.map(({ peer, scheme, dynamic }) => `${scheme} ${peer} ${dynamic}`).sort(),
  async read(host, { pid_file }) {
    const read = await readConfig(host, pid_file);
    if (read instanceof Unknown) return read;
    if (read.truncated)
      return unreadable('nginx’s configuration is too big to be read whole: backends could be missed');
    return withAddresses(host, findUpstreams(read.config.directives));
  },
});

async function withAddresses(host: Inspector, upstreams: readonly Upstream[]): Promise<readonly Upstream[]> {
  const names = new Set(
    upstreams.flatMap(({ address }) => (address !== undefined && isHostName(address) ? [address] : [])),
  );
  if (names.size === 0) return upstreams;
  const answer = await host.run({ script: resolveScript, variables: { NAMES: [...names].slice(0, 40).join('\n') } });
  const resolved = new Map<string, Set<string>>();
  for (const line of answer.stdout.split('\n')) {
    const [, name = '', address] = /^(\S+) ([0-9A-Fa-f:.]{2,45})$/.exec(line) ?? [];
    if (address !== undefined) resolved.set(name, (resolved.get(name) ?? new Set()).add(address));
  }
  return upstreams.map((upstream) => {
    const addresses = resolved.get(upstream.address ?? '');
    return addresses ? { ...upstream, resolved: [...addresses] } : upstream;
  });
}
