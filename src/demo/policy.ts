import type { HostState } from './host-state.ts';
import { portType } from './ports.ts';

const writableSockets = ['httpd_var_run_t', 'httpd_tmp_t', 'init_var_run_t', 'mysqld_var_run_t', 'redis_var_run_t'];
const reachableDomains = ['httpd_t', 'init_t', 'redis_t', 'memcached_t', 'mysqld_t', 'postgresql_t'];
const fileTypes = [...writableSockets, 'var_run_t', 'root_t', 'tmp_t', 'var_lib_t', 'usr_t', 'default_t'];
const services = ['unconfined_service_t', 'initrc_t'];
const domains = [...reachableDomains, ...services, 'sshd_t', 'auditd_t', 'kernel_t', 'systemd_logind_t'];

/** Number of each permission in its class; its bit in the kernel's answer. */
const numbers: { readonly [access: string]: number } = {
  'tcp_socket name_bind': 22,
  'tcp_socket name_connect': 23,
  'sock_file write': 3,
  'dir search': 25,
  'unix_stream_socket connectto': 23,
};

/** An access by types: may `source` do this to `target`? */
export interface Access {
  readonly source: string;
  readonly target: string;
  readonly class: string;
  readonly permission: string;
}

/** Whether this host's policy, as it stands, allows an access. */
export function allows(state: HostState, access: Access): boolean {
  const { source, target } = access;
  if (ruledByModule(state, access)) return true;
  switch (`${access.class} ${access.permission}`) {
    case 'tcp_socket name_connect':
      return source === 'httpd_t' ? mayConnect(state, target) : source !== 'auditd_t';
    case 'tcp_socket name_bind':
      return mayBind(source, target);
    case 'sock_file write':
      return source !== 'httpd_t' || writableSockets.includes(target);
    case 'dir search':
      return true;
    case 'unix_stream_socket connectto':
      return source !== 'httpd_t' || reachableDomains.includes(target);
    default:
      return false;
  }
}

function mayConnect(state: HostState, asked: string): boolean {
  return state.distribution.connects.some(
    ({ type, boolean }) =>
      (type === asked || type === 'port_type') &&
      (boolean === undefined || state.booleans.get(boolean)?.active === true),
  );
}

function mayBind(domain: string, type: string): boolean {
  if (services.includes(domain) || domain === 'init_t') return true;
  if (domain === 'httpd_t') return ['http_port_t', 'http_cache_port_t'].includes(type);
  return domain === 'sshd_t' && type === 'ssh_port_t';
}

function ruledByModule(state: HostState, access: Access): boolean {
  const rule = `(allow ${access.source} ${access.target} (${access.class} (${access.permission})))`;
  return [...state.modules.values()].some((cil) => cil.includes(rule));
}

/** Whether the policy has a type at all. */
export function knowsType(state: HostState, type: string): boolean {
  return state.distribution.portTypes.includes(type) || fileTypes.includes(type) || domains.includes(type);
}

/** `u:r:TYPE:s0` → TYPE; a bare type is itself. */
export function typeIn(context: string): string {
  return context.split(':')[2] ?? context;
}

export const workerContext = 'system_u:system_r:httpd_t:s0';

export function processContext(domain: string): string {
  return `system_u:system_r:${domain}:s0`;
}

export function objectContext(type: string): string {
  return `system_u:object_r:${type}:s0`;
}

/**
 * The kernel's answer to one question, as the packs' scripts print it: `access SOURCE TARGET CLASS PERM NUMBER ALLOWED
 * DECIDED AUDITALLOW AUDITDENY SEQNO FLAGS`; nothing behind PERM for what this policy does not know.
 */
export function accessLine(
  state: HostState,
  source: string,
  target: string,
  className: string,
  permission: string,
): string {
  const asked = `access ${source} ${target} ${className} ${permission}`;
  const number = numbers[`${className} ${permission}`];
  if (number === undefined || !knowsType(state, typeIn(source)) || !knowsType(state, typeIn(target))) return asked;
  const allowed = allows(state, { source: typeIn(source), target: typeIn(target), class: className, permission });
  return `${asked} ${number} ${allowed ? (2 ** (number - 1)).toString(16) : '0'} ffffffff 0 ffffffff 1 0`;
}

/** The type that decides about a TCP port of this host: a local label stands in front of the policy's. */
export function effectivePortType(state: HostState, port: number): string {
  return (
    state.ports.find((label) => label.protocol === 'tcp' && label.port === port)?.type ??
    portType(state.distribution, port)
  );
}
