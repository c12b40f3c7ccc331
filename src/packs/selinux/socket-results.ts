import { typeOf } from './context.ts';
import { knownTraps } from './known-booleans.ts';
import type { SocketNeed } from './needs.ts';
import type { PolicyFacts } from './policy-facts.ts';
import { type Proof, ruleProof, together } from './proof.ts';
import type { ModuleRemedy, SocketRemedyResult } from './remedies-schema.ts';
import type { SocketRemedy } from './socket-remedy.ts';

/** A socket's remedy as the probe tells it. */
export function socketResult(facts: PolicyFacts, remedy: SocketRemedy): SocketRemedyResult {
  const { need, fcontexts, files, modules, opens } = remedy;
  const domains = need.listeners.map(typeOf);
  const unheard = need.socket.listeners.length === 0;
  return {
    path: need.socket.path,
    fcontexts,
    files,
    modules,
    opens,
    title: `label ${fcontexts.map(({ restore, type }) => `${restore} ${type}`).join(', ')}${also(domains)}`,
    solves: [socketText(remedy.need)],
    reach: fcontexts.length + modules.length,
    reach_text: [
      `nginx and the other httpd_t processes may use what has that label`,
      ...(domains.length === 0 ? [] : [domainReach(domains)]),
    ].join('; '),
    ...together([
      { text: 'httpd_t may search directories and write sockets of that type today', by: 'kernel' },
      ...domains.map((domain) => ruleProof(facts, domain, 'unix_stream_socket', 'connectto')),
      ...(unheard ? [unheardOf] : []),
    ]),
    alternatives: ['serve it on a TCP port of the loopback instead', ...(domains.length === 0 ? [] : trapsOf(facts))],
  };
}

/** Booleans of this host that would open the sockets of some domains too, and why none of them is taken. */
function trapsOf(facts: PolicyFacts): readonly string[] {
  return knownTraps
    .filter(({ name, connectto }) => connectto && facts.booleans.get(name)?.value === false)
    .map(({ name, why }) => `not ${name}: ${why}`);
}

const unheardOf: Proof = {
  text: 'nobody was seen listening on it, so its listener’s domain could not be checked',
  by: 'unproved',
};

/** A socket whose label is right: only rules are missing. */
export function moduleOnly(facts: PolicyFacts, remedy: SocketRemedy): readonly ModuleRemedy[] {
  return remedy.modules.map((module) => {
    const opens = remedy.opens.filter((access) => module.cil.includes(` ${typeOf(access.target)} (${access.class} `));
    const domains = opens.map((access) => typeOf(access.target));
    return {
      ...module,
      title: `allow httpd_t ${opens.map((access) => access.permission).join(', ')} on ${domains.join(', ')}, by a one-rule module`,
      opens,
      solves: [socketText(remedy.need)],
      reach: 1,
      reach_text: `connections from every httpd_t process to the sockets of any ${domains.join(' or ')} process, as far as their labels and rights allow`,
      ...together(opens.map((access) => ruleProof(facts, typeOf(access.target), access.class, access.permission))),
      alternatives: [
        'a domain of its own for the application',
        'serve it on a TCP port of the loopback instead',
        ...(opens.some(({ permission }) => permission === 'connectto') ? trapsOf(facts) : []),
      ],
    };
  });
}

function also(domains: readonly string[]): string {
  return domains.length === 0 ? '' : `, and allow connecting to ${domains.join(', ')}`;
}

function domainReach(domains: readonly string[]): string {
  return `every httpd_t process may connect to sockets of any ${domains.join(' or ')} process whose label and rights allow it`;
}

/** How a socket stands in lists: with every link of the chain that is refused. */
export function socketText({ socket, closed, labelRefused, listeners }: SocketNeed): string {
  const links = [
    ...closed.map((path) => `search of ${path}`),
    ...(labelRefused ? [`write to the socket (${typeOf(socket.label) || 'no label'})`] : []),
    ...listeners.map((context) => `connectto ${typeOf(context)}`),
  ];
  return `unix:${socket.path}: ${links.join(', ')}`;
}
