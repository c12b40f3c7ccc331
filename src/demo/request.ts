import { type FileNode, mayUse } from './file-node.ts';
import type { HostState } from './host-state.ts';
import { type Access, allows, effectivePortType, objectContext, processContext, workerContext } from './policy.ts';

export const workerPid = 1182;

/** How nginx's connect() ends: 0, or the errno. */
type Connected = 0 | 13 | 111;

/** A request to nginx, which passes it on as far as this host's state lets it; failures are logged as real ones are. */
export function request(state: HostState): 200 | 502 {
  const errno = state.upstream.kind === 'tcp' ? dial(state, state.upstream.port) : enter(state, state.upstream.path);
  if (errno === 0) return 200;
  logError(state, errno, state.clock.now());
  return 502;
}

/** Requests of the past, one a minute, the last one `ago` ms before now; SELinux was in this mode then. */
export function requestsBefore(state: HostState, count: number, ago: number, mode: HostState['mode']): void {
  for (let left = count - 1; left >= 0; left -= 1) {
    const then = state.clock.now() - ago - left * 60_000;
    request({ ...state, mode, clock: { now: () => then, pass: () => undefined } });
  }
}

function dial(state: HostState, port: number): Connected {
  const type = effectivePortType(state, port);
  const access = { source: 'httpd_t', target: type, class: 'tcp_socket', permission: 'name_connect' };
  if (denied(state, access, `dest=${port}`, objectContext(type))) return 13;
  return state.backend.listening ? 0 : 111;
}

/** In the kernel's order: x on each directory, its label, w on the socket, its label, the listener's domain. */
function enter(state: HostState, path: string): Connected {
  for (const { node, name } of directoriesOf(state, path)) {
    if (!mayUse(node, state.distribution.worker.user, 'x')) return 13;
    const search = { source: 'httpd_t', target: node.type, class: 'dir', permission: 'search' };
    if (denied(state, search, `name="${name}" dev="tmpfs" ino=1201`, objectContext(node.type))) return 13;
  }
  const socket = state.files.get(path);
  if (socket === undefined || !state.backend.listening) return 111;
  if (!mayUse(socket, state.distribution.worker.user, 'w')) return 13;
  const write = { source: 'httpd_t', target: socket.type, class: 'sock_file', permission: 'write' };
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (denied(state, write, `name="${name}" dev="tmpfs" ino=1244`, objectContext(socket.type))) return 13;
  const { domain } = state.backend;
  const connect = { source: 'httpd_t', target: domain, class: 'unix_stream_socket', permission: 'connectto' };
  return denied(state, connect, `path="${path}"`, processContext(domain)) ? 13 : 0;
}

/** The directories above a path, outermost first. */
export function directoriesOf(
  state: HostState,
  path: string,
): readonly { readonly path: string; readonly name: string; readonly node: FileNode }[] {
  const parts = path.split('/').slice(1, -1);
  const paths = ['/', ...parts.map((_part, at) => `/${parts.slice(0, at + 1).join('/')}`)];
  return paths.flatMap((each) => {
    const node = state.files.get(each);
    return node === undefined ? [] : [{ path: each, name: each.slice(each.lastIndexOf('/') + 1) || '/', node }];
  });
}

/** Asks the policy, and writes what the kernel writes when it says no. Permissive: logged, and let through. */
function denied(state: HostState, access: Access, what: string, target: string): boolean {
  if (allows(state, access)) return false;
  const permissive = state.mode === 'permissive';
  const tail = `tclass=${access.class} permissive=${permissive ? 1 : 0}`;
  // Let through once, the kernel remembers it as allowed and logs no more.
  if (permissive && state.auditLog.some(({ text }) => text.includes(`${what} `) && text.endsWith(tail))) return false;
  const at = state.clock.now();
  const serial = 400 + state.auditLog.length;
  state.auditLog.push({
    at,
    text:
      `type=AVC msg=audit(${(at / 1000).toFixed(3)}:${serial}): avc:  denied  { ${access.permission} } for  ` +
      `pid=${workerPid} comm="nginx" ${what} scontext=${workerContext} tcontext=${target} ${tail}`,
  });
  return !permissive;
}

const reasons = { 13: 'Permission denied', 111: 'Connection refused' } as const;

function logError(state: HostState, errno: 13 | 111, at: number): void {
  const { upstream } = state;
  const peer = upstream.kind === 'tcp' ? `127.0.0.1:${upstream.port}` : `unix:${upstream.path}`;
  const url =
    upstream.kind === 'tcp'
      ? `http://${peer}/`
      : `${upstream.scheme}://${peer}:${upstream.scheme === 'http' ? '/' : ''}`;
  // TCP learns of a closed port later, and then nginx does not say whom it dialled.
  const to = errno === 111 && upstream.kind === 'tcp' ? '' : `to ${peer} `;
  const stamp = new Date(at).toISOString();
  state.errorLog.push({
    at,
    text:
      `${stamp.slice(0, 10).replaceAll('-', '/')} ${stamp.slice(11, 19)} [${errno === 111 ? 'error' : 'crit'}] ` +
      `${workerPid}#${workerPid}: *${state.errorLog.length + 7} connect() ${to}failed (${errno}: ${reasons[errno]}) ` +
      `while connecting to upstream, client: 127.0.0.1, server: ${state.name}, request: "GET / HTTP/1.1", ` +
      `upstream: "${url}", host: "${state.name}"`,
  });
}
