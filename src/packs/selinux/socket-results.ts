import { typeOf } from './context.ts';
import type { SocketNeed } from './needs.ts';
import type { ModuleRemedy, SocketRemedyResult } from './remedies-schema.ts';
import type { SocketRemedy } from './socket-remedy.ts';

/** A socket's remedy as the probe tells it. */
export function socketResult(remedy: SocketRemedy): SocketRemedyResult {
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
    proof: [
      'the kernel allows httpd_t to search directories and write sockets of that type today',
      ...(domains.length === 0
        ? []
        : [`kernel: connectto to ${domains.join(', ')} is denied now; the module holds this very rule`]),
      ...(unheard ? ['nobody was seen listening on it: its listener’s domain could not be checked'] : []),
    ],
    alternatives: ['serve it on a TCP port of the loopback instead'],
  };
}

/** A socket whose label is right: only rules are missing. */
export function moduleOnly(remedy: SocketRemedy): readonly ModuleRemedy[] {
  return remedy.modules.map((module) => {
    const opens = remedy.opens.filter((access) => module.cil.includes(` ${typeOf(access.target)} (${access.class} `));
    const domains = opens.map((access) => typeOf(access.target));
    return {
      ...module,
      title: `allow httpd_t ${opens.map((access) => access.permission).join(', ')} on ${domains.join(', ')}, by a one-rule module`,
      opens,
      solves: [socketText(remedy.need)],
      reach: 1,
      reach_text: domainReach(domains),
      proof: ['kernel: denied now; no boolean opens it; the module holds this very rule'],
      alternatives: ['a domain of its own for the application', 'serve it on a TCP port of the loopback instead'],
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
