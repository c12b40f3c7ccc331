import { typeOf } from './context.ts';
import { knownTraps } from './known-booleans.ts';
import type { Access, SocketNeed } from './needs.ts';
import { moduleNameOf } from './one-rule.ts';
import type { PolicyFacts } from './policy-facts.ts';
import { type Proof, ruleProof, together } from './proof.ts';
import type { ModuleRemedy, SocketRemedyResult } from './remedies-schema.ts';
import type { SocketRemedy } from './socket-remedy.ts';

/** A socket's remedy as the probe tells it. */
export function socketResult(facts: PolicyFacts, remedy: SocketRemedy): SocketRemedyResult {
  const { need, fcontexts, files, modules, opens } = remedy;
  const connects = remedy.ruled.filter(isConnect);
  const ruled = remedy.ruled.filter((access) => !isConnect(access));
  const unheard = need.socket.listeners.length === 0;
  return {
    path: need.socket.path,
    fcontexts,
    files,
    modules,
    opens,
    title: [
      ...fcontexts.map((label) => labelText(label, need.socket.path)),
      ...ruled.map(({ target, permission }) => `allow httpd_t ${permission} on ${target}`),
      ...(connects.length === 0 ? [] : [`allow connecting to ${typesOf(connects)}`]),
    ].join(', and '),
    solves: [socketText(need)],
    reach: fcontexts.length + modules.length,
    reach_text: [
      ...fcontexts.filter(({ rule }) => rule).map(({ restore }) => labelReach(restore)),
      ...(fcontexts.some(({ rule }) => rule) ? [] : ['the labels become those that the policy’s own rules give']),
      ...ruled.map((access) => `it opens ${reachOf(access)}`),
      ...(connects.length === 0 ? [] : [connectReach(connects)]),
    ].join('; '),
    ...together([
      ...(opens.some((access) => !remedy.ruled.includes(access)) ? [allowedToday] : []),
      ...[...ruled, ...connects].map((access) => proofOf(facts, access)),
      ...(unheard ? [unheardOf] : []),
    ]),
    alternatives: ['serve it on a TCP port of the loopback instead', ...(connects.length === 0 ? [] : trapsOf(facts))],
  };
}

/** Booleans of this host that would open the sockets of some domains too, and why none of them is taken. */
function trapsOf(facts: PolicyFacts): readonly string[] {
  return knownTraps
    .filter(({ name, connectto }) => connectto && facts.booleans.get(name)?.value === false)
    .map(({ name, why }) => `not ${name}: ${why}`);
}

const allowedToday: Proof = {
  text: 'httpd_t may search directories and write sockets of that type today',
  by: 'kernel',
};
const unheardOf: Proof = {
  text: 'nobody was seen listening on it, so its listener’s domain could not be checked',
  by: 'unproved',
};

function proofOf(facts: PolicyFacts, access: Access): Proof {
  return ruleProof(facts, typeOf(access.target), access.class, access.permission);
}

/** A socket whose label is right: only rules are missing. */
export function moduleOnly(facts: PolicyFacts, remedy: SocketRemedy): readonly ModuleRemedy[] {
  return remedy.modules.map((module) => {
    const opens = remedy.ruled.filter((access) => moduleNameOf(access) === module.name);
    return {
      ...module,
      title: `allow httpd_t ${opens.map((access) => access.permission).join(', ')} on ${typesOf(opens)}, by a one-rule module`,
      opens,
      solves: [socketText(remedy.need)],
      reach: 1,
      reach_text: opens.map(reachOf).join('; '),
      ...together(opens.map((access) => proofOf(facts, access))),
      alternatives: [
        ...(opens.some(isConnect) ? ['a domain of its own for the application'] : []),
        'serve it on a TCP port of the loopback instead',
        ...(opens.some(isConnect) ? trapsOf(facts) : []),
      ],
    };
  });
}

function isConnect(access: Access): boolean {
  return access.class === 'unix_stream_socket';
}

function typesOf(opens: readonly Access[]): string {
  return opens.map((access) => typeOf(access.target)).join(', ');
}

function labelText({ restore, type, rule }: SocketRemedy['fcontexts'][number], socket: string): string {
  const below = restore === socket ? '' : ', and the labels of what is in it';
  return rule ? `label ${restore} ${type}` : `put back the label ${type} of ${restore}${below}`;
}

/** Who gains what by the web server's label on a directory. */
function labelReach(directory: string): string {
  return `every httpd_t process (nginx, Apache, php-fpm) may look into ${directory} and write its sockets, as far as their rights allow`;
}

/** Who gains what by a rule. */
function reachOf(access: Access): string {
  const type = typeOf(access.target);
  switch (access.class) {
    case 'unix_stream_socket':
      return `connections from every httpd_t process to the sockets of any ${type} process, as far as their labels and rights allow${catchAll(type)}`;
    case 'sock_file':
      return `writing to every socket labelled ${type} for every httpd_t process, as far as its rights allow`;
    default:
      return `looking for names in every directory labelled ${type} for every httpd_t process, as far as its rights allow`;
  }
}

function connectReach(connects: readonly Access[]): string {
  const domains = connects.map(({ target }) => typeOf(target));
  const all = domains.map(catchAll).join('');
  return `every httpd_t process may connect to sockets of any ${domains.join(' or ')} process whose label and rights allow it${all}`;
}

/** Many programs share these domains. */
function catchAll(domain: string): string {
  return domain === 'initrc_t' || domain === 'unconfined_service_t'
    ? ` (${domain}: every service without a domain of its own)`
    : '';
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
