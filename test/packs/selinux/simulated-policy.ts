/**
 * A host's policy as a small state, printed in the line format of `selinux.remedies` (gather-script.ts). The rules are
 * those of the compiled Fedora, CentOS Stream 9 and Debian 12 policies (reference: what httpd_t may name_connect).
 */
export interface SimulatedPolicy {
  readonly family: 'fedora' | 'refpolicy';
  readonly mode?: 'enforcing' | 'permissive' | 'disabled';
  readonly on?: readonly string[];
  /** Local boolean records, `NAME=0|1`. */
  readonly records?: readonly string[];
  readonly local?: readonly string[];
  readonly semanage?: boolean;
  /** Without semanage: the port labels stand in the store's modules. */
  readonly storeText?: boolean;
  readonly worker?: string;
  readonly sockets?: readonly SimulatedSocket[];
  /** Running domains besides nginx's: domain → port types it may bind. */
  readonly running?: Readonly<Record<string, readonly string[]>>;
  /** `PORT DOMAIN`. */
  readonly listening?: readonly string[];
  readonly modules?: readonly string[];
  readonly sesearch?: readonly string[];
  readonly permissiveDomain?: boolean;
  /** Further lines of the script's output. */
  readonly lines?: readonly string[];
}
export interface SimulatedSocket {
  readonly path: string;
  readonly directoryType: string;
  readonly type: string;
  readonly listener?: string;
  readonly expected?: string;
  readonly directoryExpected?: string;
  /** Types that other things in the directory have. */
  readonly within?: readonly string[];
  readonly recreated?: boolean;
  /** How the application spells it; default: as nginx does. */
  readonly listensAt?: string;
}

export const httpd = 'system_u:system_r:httpd_t:s0';

const semanageList = `
dns_port_t                     tcp      53, 853
ftp_port_t                     tcp      21, 989, 990
gopher_port_t                  tcp      70
http_cache_port_t              tcp      8080, 8118, 8123, 10001-10010
http_port_t                    tcp      80, 81, 443, 488, 8008, 8009, 8443, 9000
http_port_t                    udp      80, 443
hi_reserved_port_t             tcp      512-1023
reserved_port_t                tcp      1-511
unreserved_port_t              tcp      61001-65535, 1024-32767
ephemeral_port_t               tcp      32768-60999
memcache_port_t                tcp      11211
mysqld_port_t                  tcp      1186, 3306, 63132-63164
ntop_port_t                    tcp      3000-3001
commplex_main_port_t           tcp      5000
postgresql_port_t              tcp      5432, 9898
redis_port_t                   tcp      6379, 16379, 26379
squid_port_t                   tcp      3128, 3401, 4827
ssh_port_t                     tcp      22
transproxy_port_t              tcp      8081`.trim();
const debianList = semanageList
  .replace('80, 81, 443, 488, 8008, 8009, 8443, 9000', '80, 443, 488, 8008, 8009, 8443, 8448')
  .replace('8080, 8118, 8123, 10001-10010', '3128, 8080, 8118, 10001-10010')
  .replace('3128, 3401, 4827', '3401, 4827')
  .replace(/^ephemeral.*\n/m, '')
  .replace(/^redis.*$/m, 'cslistener_port_t              tcp      9000')
  .replace('61001-65535, 1024-32767', '1024-65535');

const relay = ['gopher_port_t', 'ftp_port_t', 'http_port_t', 'http_cache_port_t', 'squid_port_t'];
const opensOnFedora: Readonly<Record<string, readonly string[]>> = {
  httpd_graceful_shutdown: ['http_port_t'],
  httpd_can_network_relay: [...relay, 'memcache_port_t', 'ephemeral_port_t'],
  httpd_can_network_connect_db: ['mysqld_port_t', 'postgresql_port_t'],
  httpd_can_network_memcache: ['memcache_port_t'],
  httpd_can_network_redis: ['redis_port_t'],
  httpd_can_network_connect: ['*'],
  nis_enabled: ['unreserved_port_t', 'ephemeral_port_t', 'http_port_t', 'reserved_port_t', 'hi_reserved_port_t'],
  httpd_can_connect_ftp: ['ftp_port_t', 'ephemeral_port_t'],
};
const opensOnDebian: Readonly<Record<string, readonly string[]>> = {
  httpd_graceful_shutdown: ['http_port_t'],
  httpd_can_network_relay: relay,
  httpd_can_network_connect_db: ['mysqld_port_t', 'postgresql_port_t'],
  httpd_can_network_connect_ldap: ['ldap_port_t'],
  httpd_can_network_connect: ['*'],
  allow_ypbind: ['unreserved_port_t', 'http_port_t'],
};

const webTypes = ['httpd_var_run_t', 'httpd_runtime_t'];
const writableSockets = ['httpd_var_run_t', 'httpd_runtime_t', 'init_var_run_t'];
const reachableDomains = ['httpd_t', 'init_t', 'redis_t', 'mysqld_t'];

/** The gathering script's output on such a host. */
export function factsOf(policy: SimulatedPolicy): string {
  if (policy.mode === 'disabled') return 'mode disabled\n';
  const worker = policy.worker ?? httpd;
  const opens = policy.family === 'fedora' ? opensOnFedora : opensOnDebian;
  const list = policy.family === 'fedora' ? semanageList : debianList;
  const local = policy.local ?? [];
  const flag = policy.permissiveDomain ? '1' : '0';
  const on = policy.on ?? [];
  const access = (source: string, target: string, className: string, permission: string, yes: boolean) =>
    `access ${source} ${target} ${className} ${permission} 1 ${yes ? '1' : '0'} ffffffff 0 ffffffff 7 ${flag}`;
  const confined = worker.includes(':httpd_t:');
  const types = [...new Set(list.split('\n').map((line) => line.split(/\s/)[0] ?? ''))].concat('port_t');
  const may = (type: string) =>
    !confined ||
    type === 'dns_port_t' ||
    on.some((name) => opens[name]?.some((opened) => opened === '*' || opened === type)) ||
    (policy.modules ?? []).some((cil) => cil.includes(`httpd_t ${type} `));
  const running = { init_t: ['*'], unconfined_service_t: ['*'], sshd_t: ['ssh_port_t'], ...policy.running };
  const bindable = [...types, 'http_port_t', 'dns_port_t', 'ssh_port_t'];
  return [
    `mode ${policy.mode ?? 'enforcing'}`,
    `semanage ${policy.semanage === false ? 'no' : 'yes'}`,
    ...Object.keys(opens).map((name) => `bool ${name} ${on.includes(name) ? '1 1' : '0 0'}`),
    'bool-store yes',
    ...(policy.records ?? []).map((record) => `bool-local ${record}`),
    ...(policy.semanage === false && policy.storeText ? ['ports-tool store'] : []),
    ...(policy.semanage === false && !policy.storeText
      ? ['ports-rc 127']
      : [...list.split('\n'), ...(policy.semanage === false ? [] : local.map(asListed))]
          .map((line) => `ports ${line}`)
          .concat('ports-rc 0')),
    'ports-store yes',
    ...local.map((line) => `ports-local ${line}`),
    ...types.map((type) => access(worker, type, 'tcp_socket', 'name_connect', may(type))),
    ...Object.entries(running).flatMap(([domain, binds]) => [
      `process ${domain} ${domain.replace(/_t$/, '')}`,
      ...bindable.map((type) =>
        access(domain, type, 'tcp_socket', 'name_bind', binds.includes('*') || binds.includes(type)),
      ),
    ]),
    ...(policy.listening ?? []).map((line) => `listener ${line}`),
    policy.family === 'fedora' ? 'type httpd_var_run_t httpd_var_run_t' : 'type httpd_var_run_t httpd_runtime_t',
    policy.family === 'fedora' ? 'type httpd_runtime_t -' : 'type httpd_runtime_t httpd_runtime_t',
    policy.family === 'fedora' ? 'equivalence /run /var/run' : 'equivalence /var/run /run',
    ...['httpd_var_run_t', 'httpd_runtime_t'].flatMap((type) => [
      access(worker, type, 'dir', 'search', true),
      access(worker, type, 'sock_file', 'write', true),
    ]),
    ...(policy.sockets ?? []).flatMap((socket) => socketLines(policy, socket, worker, access)),
    `sesearch ${policy.sesearch ? 'yes' : 'no'}`,
    ...(policy.sesearch ?? []).map((rule) => `rule ${rule}`),
    ...(policy.lines ?? []),
    '',
  ].join('\n');
}

function socketLines(
  policy: SimulatedPolicy,
  socket: SimulatedSocket,
  worker: string,
  access: (source: string, target: string, className: string, permission: string, yes: boolean) => string,
): readonly string[] {
  const label = (type: string) => `system_u:object_r:${type}:s0`;
  const directory = socket.path.slice(0, socket.path.lastIndexOf('/'));
  const searchable = policy.family === 'fedora' || socket.directoryType !== 'initrc_runtime_t';
  const module = (rule: string) => (policy.modules ?? []).some((cil) => cil.includes(rule));
  return [
    `socket ${socket.path}`,
    `label ${label(socket.type)} ${socket.path}`,
    `label ${label(socket.directoryType)} ${directory}`,
    `label ${label('var_run_t')} /run`,
    `expected ${socket.expected ? label(socket.expected) : '<<none>>'} ${socket.path}`,
    `expected ${socket.directoryExpected ? label(socket.directoryExpected) : '<<none>>'} ${directory}`,
    ...[socket.expected, socket.directoryExpected].flatMap((type) =>
      type === undefined
        ? []
        : [
            access(worker, type, 'sock_file', 'write', writableSockets.includes(type)),
            access(worker, type, 'dir', 'search', policy.family === 'fedora' || webTypes.includes(type)),
          ],
    ),
    ...(socket.within ?? []).map((type) => `within ${type} ${directory}`),
    `owner 755 root root ${directory}`,
    ...(socket.recreated ? [`recreated ${directory}`] : []),
    access(worker, label(socket.type), 'sock_file', 'write', writableSockets.includes(socket.type)),
    access(worker, label(socket.directoryType), 'dir', 'search', searchable),
    access(worker, label('var_run_t'), 'dir', 'search', true),
    ...(socket.listener
      ? [
          `unix-listener system_u:system_r:${socket.listener}:s0 ${socket.listensAt ?? socket.path}`,
          access(
            worker,
            `system_u:system_r:${socket.listener}:s0`,
            'unix_stream_socket',
            'connectto',
            reachableDomains.includes(socket.listener) || module(`httpd_t ${socket.listener} `),
          ),
        ]
      : []),
  ];
}

/** `portcon tcp 3000 system_u:object_r:T:s0` as `semanage port -l` shows it among the others. */
function asListed(line: string): string {
  const [, protocol = '', range = '', context = ''] = line.split(' ');
  return `${context.split(':')[2] ?? ''}   ${protocol}   ${range}`;
}
