import { typeOf } from './context.ts';
import type { Denial } from './denials.ts';
import type { PolicyFacts, SocketFacts } from './policy-facts.ts';
import { effectiveRecord } from './port-table.ts';
import { samePath } from './runtime-path.ts';
import type { Upstream } from './upstreams.ts';

/** An access in words of the policy; source and target are types or whole contexts. */
export interface Access {
  readonly source: string;
  readonly target: string;
  readonly class: string;
  readonly permission: string;
}

/** A TCP port that nginx may not connect to. */
export interface PortNeed {
  readonly port: number;
  /** The port's type as the policy names it now. */
  readonly type: string;
  /** Seen in the audit log, or foreseen from nginx's configuration. */
  readonly evidence: 'denied' | 'configured';
  /** A dontaudit rule keeps the denial out of the log. */
  readonly hidden?: true;
}

/** A socket that nginx may not reach: the links of the chain that the policy refuses, in the kernel's order. */
export interface SocketNeed {
  readonly socket: SocketFacts;
  /** Directories whose label stops the search. */
  readonly closed: readonly string[];
  /** The socket's own label refuses the write. */
  readonly labelRefused: boolean;
  /** Contexts of listeners that refuse connectto. */
  readonly listeners: readonly string[];
  readonly evidence: 'denied' | 'configured';
}

export interface Needs {
  readonly ports: readonly PortNeed[];
  readonly sockets: readonly SocketNeed[];
  /** Denials that today's policy would allow. */
  readonly stale: readonly Denial[];
  /** Denials of other domains, or of accesses that no upstream needs. */
  readonly unrelated: readonly Denial[];
  /** What cannot be decided, and why. */
  readonly open: readonly { readonly access: string; readonly why: string }[];
}

/**
 * What nginx's worker needs and the policy refuses: from the denials seen, and from its configuration what would be
 * refused next (a directory hides its socket, the socket's label hides the listener's domain). When the upstreams are
 * `complete`, a refused connection elsewhere (OCSP, or a backend that is configured no more) opens nothing.
 */
export function needsOf(
  facts: PolicyFacts,
  worker: string,
  denials: readonly Denial[],
  upstreams: readonly Upstream[],
  complete: boolean,
): Needs {
  const mine = denials.filter((denial) => denial.source_type === typeOf(worker) && !denial.permissive);
  const { fresh, stale } = splitStale(facts, worker, mine);
  const ofUpstream = (denial: Denial) =>
    isConnect(denial) &&
    (!complete || upstreams.some((upstream) => upstream.kind === 'tcp' && upstream.port === denial.port));
  const ports = portNeeds(facts, worker, fresh.filter(ofUpstream), upstreams);
  const sockets = facts.sockets.flatMap((socket) => socketNeed(facts, worker, socket, fresh) ?? []);
  const related = fresh.filter((denial) => ofUpstream(denial) || belongsToSocket(denial, facts.sockets));
  return {
    ports: ports.needs,
    sockets,
    stale,
    unrelated: denials.filter((denial) => !related.includes(denial) && !stale.includes(denial)),
    open: ports.open,
  };
}

function isConnect(denial: Denial): boolean {
  return denial.class === 'tcp_socket' && denial.permissions.includes('name_connect') && denial.port !== undefined;
}

/** A denial counts no more when the kernel would allow all of it today, for the label that the object has today. */
function splitStale(facts: PolicyFacts, worker: string, denials: readonly Denial[]) {
  const stale: Denial[] = [];
  const fresh: Denial[] = [];
  for (const denial of denials) {
    const target = isConnect(denial) ? (portType(facts, denial.port) ?? denial.target_type) : denial.target;
    const allowed = denial.permissions.every((p) => facts.ask(worker, target, denial.class, p) === 'yes');
    (allowed ? stale : fresh).push(denial);
  }
  return { stale, fresh };
}

/** The type that decides about a TCP port now; `undefined` where the port labels cannot be read. */
export function portType(facts: PolicyFacts, port: number | undefined): string | undefined {
  if ('unreadable' in facts.ports || port === undefined) return undefined;
  return effectiveRecord(facts.ports, 'tcp', port)?.type ?? 'port_t';
}

function portNeeds(facts: PolicyFacts, worker: string, denials: readonly Denial[], upstreams: readonly Upstream[]) {
  const needs = new Map<number, PortNeed>();
  const open = new Map<string, { readonly access: string; readonly why: string }>();
  for (const denial of denials) {
    if (denial.port === undefined) continue;
    const type = portType(facts, denial.port) ?? denial.target_type;
    needs.set(denial.port, { port: denial.port, type, evidence: 'denied' });
  }
  for (const { port } of upstreams.flatMap((upstream) => (upstream.kind === 'tcp' ? [upstream] : []))) {
    if (needs.has(port)) continue;
    const type = portType(facts, port);
    const answer = type === undefined ? 'unknown' : facts.ask(worker, type, 'tcp_socket', 'name_connect');
    if (type !== undefined && answer === 'no') {
      const hidden = facts.hidden(worker, type, 'tcp_socket', 'name_connect');
      needs.set(port, { port, type, evidence: 'configured', ...(hidden ? { hidden } : {}) });
    }
    if (answer === 'unknown') {
      const why = 'unreadable' in facts.ports ? facts.ports.unreadable : `the kernel gives no answer about ${type}`;
      open.set(`tcp/${port}`, { access: `connect to tcp/${port}`, why });
    }
  }
  return { needs: [...needs.values()].sort((a, b) => a.port - b.port), open: [...open.values()] };
}

function socketNeed(
  facts: PolicyFacts,
  worker: string,
  socket: SocketFacts,
  denials: readonly Denial[],
): SocketNeed | undefined {
  const mine = denials.filter((denial) => belongsToSocket(denial, [socket]));
  const closed = socket.directories
    .filter(({ label }) => label !== '' && facts.ask(worker, label, 'dir', 'search') === 'no')
    .map(({ path }) => path);
  const labelRefused =
    (socket.label !== '' && facts.ask(worker, socket.label, 'sock_file', 'write') === 'no') ||
    mine.some((denial) => denial.class === 'sock_file');
  const denied = mine.filter((denial) => denial.class === 'unix_stream_socket').map((denial) => denial.target);
  const refusing = socket.listeners.filter(
    (context) => facts.ask(worker, context, 'unix_stream_socket', 'connectto') === 'no',
  );
  const listeners = [
    ...new Map(
      [...withoutSystemd(refusing, socket.listeners), ...denied].map((context) => [typeOf(context), context]),
    ).values(),
  ];
  if (closed.length === 0 && !labelRefused && listeners.length === 0) return undefined;
  return { socket, closed, labelRefused, listeners, evidence: mine.length > 0 ? 'denied' : 'configured' };
}

/**
 * systemd listens for what it starts on demand, but gives the socket the label of the service's domain: only a denial
 * that names it shows otherwise.
 */
function withoutSystemd(refusing: readonly string[], all: readonly string[]): readonly string[] {
  const isService = (context: string) => typeOf(context) !== 'init_t';
  return all.some(isService) ? refusing.filter(isService) : refusing;
}

/** connectto tells the whole path; sock_file and dir only the last component, so the target's label must agree too. */
function belongsToSocket(denial: Denial, sockets: readonly SocketFacts[]): boolean {
  return sockets.some((socket) => {
    const base = socket.path.slice(socket.path.lastIndexOf('/') + 1);
    const samePlace = denial.path !== undefined && samePath(denial.path, socket.path);
    if (denial.class === 'unix_stream_socket')
      return denial.permissions.includes('connectto') && samePlace && mayListen(socket, denial.target_type);
    if (denial.class === 'sock_file') {
      const sameLabel = socket.label === '' || typeOf(socket.label) === denial.target_type;
      return (samePlace || denial.name === base) && sameLabel;
    }
    return (
      denial.class === 'dir' &&
      socket.directories.some(
        ({ path, label }) => path.endsWith(`/${denial.name}`) && typeOf(label) === denial.target_type,
      )
    );
  });
}

/** Who listens now decides; only where nobody was seen listening, whoever did when it was denied. */
function mayListen(socket: SocketFacts, type: string): boolean {
  return socket.listeners.length === 0 || socket.listeners.some((context) => typeOf(context) === type);
}
