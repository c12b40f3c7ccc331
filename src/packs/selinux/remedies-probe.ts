import { defineProbe, unreadable } from '../../model/probe.ts';
import { Unknown } from '../../model/unknown.ts';
import { lineOf } from './answer-lines.ts';
import { contextPattern } from './context.ts';
import { type Denial, denialSchema } from './denials.ts';
import { driftScript, gatherScript } from './gather-script.ts';
import { booleanNamesToRead, knownBooleans, wideTypes } from './known-booleans.ts';
import { readFacts } from './policy-facts.ts';
import { findRemedies } from './remedies.ts';
import { remediesSchema } from './remedies-schema.ts';
import { afterInstall } from './schemas.ts';
import { fleetingBooleans } from './until-reboot.ts';
import { isComplete, readUpstreams, type Upstream } from './upstreams.ts';

/** Port types to ask about where semanage cannot list them. */
const typesToAsk = [...new Set([...knownBooleans.flatMap((row) => row.opens), ...wideTypes])].filter(
  (type) => type !== '*',
);

export default defineProbe({
  name: 'selinux.remedies',
  summary:
    'What would let nginx reach its upstreams under SELinux: of all ways that this host’s policy offers, the one with the least reach, with its proof.',
  params: {
    type: 'object',
    properties: {
      domain: {
        type: 'string',
        pattern: `^$|${contextPattern}`,
        description: 'Context (or type) of nginx’s worker; empty when there is none',
      },
      denials: {
        type: 'array',
        items: denialSchema,
        maxItems: 2000,
        default: [],
        description: 'What selinux.denials found',
      },
      upstreams: {
        type: 'array',
        items: { type: 'any', description: 'kind tcp with port, or kind unix with path' },
        maxItems: 2000,
        default: [],
        description: 'What nginx.upstreams found: what would be denied next is foreseen from it',
      },
      prefer: {
        type: 'string',
        enum: ['least-reach', 'distro', 'boolean'],
        default: 'least-reach',
        description:
          'least-reach: fewest ports and domains. distro: booleans and labels before any module. boolean: httpd_can_network_connect for TCP',
      },
      after_install: afterInstall,
      after_reboot: {
        type: 'boolean',
        description:
          'Only about what nginx reaches now and a reboot would close: which remedy lasts, with the least reach. Where no boolean that is on ends with the next reboot, little is read',
      },
    },
    required: ['domain'],
  },
  result: remediesSchema,
  reads: () => ['selinux.policy', 'selinux.boolean:*', 'selinux.port:*', 'selinux.fcontext:*', 'selinux.module:*'],
  // What would be done; the evidence in the logs grows with every request.
  fingerprint: ({ booleans, ports, sockets, modules, unsolved, until_reboot }) => ({
    booleans,
    ports,
    sockets,
    modules,
    unsolved,
    until_reboot,
  }),
  async read(host, { domain, denials, upstreams, prefer, after_install, after_reboot = false }) {
    const wanted = readUpstreams(upstreams);
    const variables = variablesFor(domain, denials, wanted);
    const gather = async (script: string) => {
      const answer = await host.run({ script, variables, timeoutMs: 240_000 });
      if (answer.truncated) return unreadable('the policy’s facts are longer than can be read');
      if (lineOf(answer.stdout, 'mode') === undefined)
        return unreadable('the host’s SELinux policy could not be looked at');
      return readFacts(answer.stdout, domain, after_install);
    };
    const complete = isComplete(upstreams);
    const question = { worker: domain, denials, upstreams: wanted, complete, prefer, after_reboot };
    const drift = after_reboot ? await gather(driftScript) : undefined;
    if (drift instanceof Unknown) return drift;
    const still = drift !== undefined && fleetingBooleans(drift).length === 0;
    const facts = still ? drift : await gather(gatherScript);
    return facts instanceof Unknown ? facts : findRemedies(facts, question);
  },
});

/** The variables of the gathering script. */
function variablesFor(
  worker: string,
  denials: readonly Denial[],
  upstreams: readonly Upstream[],
): Record<string, string> {
  const denied = denials.flatMap((denial) =>
    denial.class === 'tcp_socket' && denial.port !== undefined ? [denial.port] : [],
  );
  const configured = upstreams.flatMap((upstream) => (upstream.kind === 'tcp' ? [upstream.port] : []));
  const ports = [...new Set([...denied, ...configured])];
  const targets = denials.flatMap((denial) =>
    denial.permissions.flatMap((permission) => [
      `${denial.target} ${denial.class} ${permission}`,
      `${denial.target_type} ${denial.class} ${permission}`,
    ]),
  );
  return {
    worker,
    names: booleanNamesToRead.join(' '),
    types: typesToAsk.join(' '),
    targets: [...new Set(targets)].join('\n'),
    paths: upstreams.flatMap((upstream) => (upstream.kind === 'unix' ? [upstream.path] : [])).join('\n'),
    tcp_ports: ports.join(' '),
    connects: ports.length > 0 ? 'yes' : 'no',
  };
}
