import { isIP } from 'node:net';
import { defineProbe, unreadable } from '../../model/probe.ts';
import { networkAddress, withoutBrackets } from './params.ts';
import { firstLine, whyNot } from './why-not.ts';

const script = `
case $kind in
name)
  to=$(getent ahosts "$to" | sed -n '1s/[[:space:]].*//p')
  if [ -z "$to" ]; then echo 'the name does not resolve' >&2; exit 3; fi ;;
esac
ip route get "$to"`;

export default defineProbe({
  name: 'net.route',
  summary: 'Which way packets to an address would go, and whether a route forbids it (connect: 13 Permission denied).',
  params: {
    type: 'object',
    properties: {
      to: { ...networkAddress, description: 'IP address, or a name that the host resolves (its first address counts)' },
    },
    required: ['to'],
  },
  result: {
    type: 'object',
    properties: {
      to: { type: 'string', description: 'The address asked for' },
      exists: { type: 'boolean', description: 'There is a usable route' },
      prohibited: { type: 'boolean', description: 'A route of type prohibit: programs get "Permission denied"' },
      unreachable: { type: 'boolean', description: 'No route, or one of type unreachable or blackhole' },
      device: { type: 'string', description: 'Network device' },
      via: { type: 'string', description: 'Next router' },
      error: { type: 'string', description: "The kernel's message when there is no usable route" },
    },
    required: ['to', 'exists', 'prohibited', 'unreachable'],
  },
  reads: () => ['route'],
  async read(host, { to }) {
    const address = withoutBrackets(to);
    const kind = isIP(address) === 0 ? 'name' : 'ip';
    const answer = await host.run({ script, variables: { to: address, kind } });
    if (answer.rc === 127) return unreadable('ip(8) is needed: install the package iproute (iproute2)');
    if (answer.truncated) return unreadable(whyNot(answer, `cannot ask for the route to ${to}`));
    if (answer.rc === 0)
      return { to, exists: true, prohibited: false, unreachable: false, ...parseRoute(answer.stdout) };
    const error = firstLine(answer.stderr);
    const refusal = refusalOf(error);
    return refusal === undefined
      ? unreadable(whyNot(answer, `cannot ask for the route to ${to}`))
      : { to, exists: false, prohibited: refusal === 'prohibited', unreachable: refusal === 'unreachable', error };
  },
});

/** What the kernel's answer to `ip route get` means: EACCES = prohibit, EINVAL = blackhole, the others no route. */
function refusalOf(error: string): 'prohibited' | 'unreachable' | undefined {
  const said = /^(?:ip: )?RTNETLINK answers: (.{1,80})$/.exec(error)?.[1];
  switch (said) {
    case 'Permission denied':
      return 'prohibited';
    case 'Network is unreachable':
    case 'No route to host':
    case 'Invalid argument':
      return 'unreachable';
    default:
      return undefined;
  }
}

/** Device and next router out of the first line of `ip route get`. */
function parseRoute(output: string): { readonly device?: string; readonly via?: string } {
  const line = firstLine(output);
  const device = / dev (\S{1,64})/.exec(line)?.[1];
  const via = / via (?:inet6? )?(\S{1,64})/.exec(line)?.[1];
  return { ...(device === undefined ? {} : { device }), ...(via === undefined ? {} : { via }) };
}
