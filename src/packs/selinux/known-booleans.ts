/**
 * Which booleans let httpd_t connect where (name_connect on a tcp_socket), read off compiled Fedora, CentOS Stream 9 and
 * Debian 12 policies. It stands in where a host has no sesearch, and it is the list of what may be proposed at all.
 */
export interface KnownBoolean {
  readonly name: string;
  /** Only in this family of policies the boolean opens these types; absent: in both. */
  readonly family?: PolicyFamily;
  /** Port types; `*` = every port. */
  readonly opens: readonly string[];
  /** What the operator should hear besides the number of ports. */
  readonly note?: string;
}
export type PolicyFamily = 'fedora' | 'refpolicy';

/** The types behind Fedora's attribute ephemeral_port_type. */
const ephemeral = [
  'ephemeral_port_t',
  'certmaster_port_t',
  'cluster_port_t',
  'hadoop_datanode_port_t',
  'hplip_port_t',
  'isns_port_t',
  'postgrey_port_t',
];
const relayEverywhere = ['gopher_port_t', 'ftp_port_t', 'http_port_t', 'http_cache_port_t', 'squid_port_t'];

export const everyPort = '*';

export const knownBooleans: readonly KnownBoolean[] = [
  { name: 'httpd_graceful_shutdown', opens: ['http_port_t'] },
  { name: 'httpd_can_network_redis', opens: ['redis_port_t'] },
  { name: 'httpd_can_network_memcache', opens: ['memcache_port_t'] },
  { name: 'httpd_can_network_connect_memcache', opens: ['memcache_port_t'] },
  { name: 'httpd_can_connect_ldap', opens: ['ldap_port_t'] },
  { name: 'httpd_can_network_connect_ldap', opens: ['ldap_port_t'] },
  { name: 'httpd_can_connect_zabbix', opens: ['zabbix_port_t'] },
  { name: 'httpd_can_network_connect_zabbix', opens: ['zabbix_port_t'] },
  { name: 'httpd_can_connect_mythtv', opens: ['mythtv_port_t'] },
  { name: 'httpd_can_network_connect_cobbler', opens: ['cobbler_port_t'] },
  {
    name: 'httpd_can_network_connect_db',
    opens: [
      'mysqld_port_t',
      'postgresql_port_t',
      'mssql_port_t',
      'oracle_port_t',
      'oracledb_port_t',
      'gds_db_port_t',
      'mongod_port_t',
    ],
  },
  {
    name: 'httpd_can_network_relay',
    family: 'fedora',
    opens: [...relayEverywhere, 'memcache_port_t', ...ephemeral],
    note: 'also ftp, squid, memcache and all ephemeral ports',
  },
  { name: 'httpd_can_network_relay', family: 'refpolicy', opens: relayEverywhere, note: 'also ftp and gopher' },
  {
    name: 'httpd_can_network_connect',
    opens: [everyPort],
    note: 'every TCP port, ssh, mail and databases included',
  },
];

/** Only refpolicy (Debian, Gentoo) has these names. */
export function policyFamily(booleans: ReadonlySet<string>): PolicyFamily {
  return booleans.has('allow_ypbind') || booleans.has('httpd_can_network_connect_ldap') ? 'refpolicy' : 'fedora';
}

/** Whether a known boolean surely opens a type, in whichever family. */
export function opensType(name: string, type: string): boolean {
  const rows = knownBooleans.filter((row) => row.name === name);
  return rows.length > 0 && rows.every((row) => row.opens.includes(everyPort) || row.opens.includes(type));
}

/** A boolean that audit2why may name and that is never proposed. */
export interface Trap {
  readonly name: string;
  /** Port types that it opens to httpd_t. */
  readonly opens: readonly string[];
  /** It lets httpd_t use sockets of other domains. */
  readonly connectto?: true;
  readonly why: string;
}

const nisTypes = [
  'port_t',
  'unreserved_port_t',
  'ephemeral_port_t',
  'reserved_port_t',
  'hi_reserved_port_t',
  'http_port_t',
];

/** Read off the same policies. Each would "work" for some port or socket, and opens far more, or something else entirely. */
export const knownTraps: readonly Trap[] = [
  {
    name: 'nis_enabled',
    opens: nisTypes,
    why: 'it is for NIS clients, and opens tens of thousands of ports to every domain that looks up users',
  },
  {
    name: 'allow_ypbind',
    opens: nisTypes,
    why: 'it is for NIS clients, opens tens of thousands of ports to every domain that looks up users, and keeps later denials out of the log',
  },
  {
    name: 'httpd_use_openstack',
    opens: ephemeral,
    why: 'it is for OpenStack’s dashboard, and opens all ephemeral ports',
  },
  {
    name: 'httpd_can_connect_ftp',
    opens: ['ftp_port_t', ...ephemeral],
    why: 'it is for an FTP client, and opens all ephemeral ports',
  },
  {
    name: 'httpd_can_sendmail',
    opens: ['smtp_port_t', 'pop_port_t'],
    why: 'it also lets the web server run the mail system’s programs and send mail',
  },
  { name: 'httpd_use_opencryptoki', opens: ['tcs_port_t'], why: 'it is for cryptographic hardware' },
  {
    name: 'authlogin_nsswitch_use_ldap',
    opens: ['ldap_port_t'],
    why: 'it lets every domain that looks up users connect to LDAP servers',
  },
  {
    name: 'daemons_use_tcp_wrapper',
    opens: ['auth_port_t'],
    why: 'it lets every daemon connect there',
  },
  {
    name: 'daemons_enable_cluster_mode',
    opens: [],
    connectto: true,
    why: 'every daemon could use the sockets of every other',
  },
  {
    name: 'httpd_run_stickshift',
    opens: [],
    connectto: true,
    why: 'it is for OpenShift’s Passenger, and gives the web server rights over other processes',
  },
];

/** What the remedies look at: those above; two of them tell the family. */
export const booleanNamesToRead: readonly string[] = [
  ...new Set([...knownBooleans, ...knownTraps].map(({ name }) => name)),
];

/** Port types that are tens of thousands of ports: a rule on one of them is no narrow rule. */
export const wideTypes: ReadonlySet<string> = new Set([
  'port_t',
  'unreserved_port_t',
  'reserved_port_t',
  'hi_reserved_port_t',
  'ephemeral_port_t',
]);

/** Ports that are never given another type: the service that owns them could not bind them at its next start. */
export const protectedTypes: ReadonlySet<string> = new Set([
  'ssh_port_t',
  'smtp_port_t',
  'pop_port_t',
  'dns_port_t',
  'ldap_port_t',
  'kerberos_port_t',
  'redis_port_t',
  'memcache_port_t',
  'mysqld_port_t',
  'mysqlmanagerd_port_t',
  'postgresql_port_t',
  'mssql_port_t',
  'oracle_port_t',
  'oracledb_port_t',
  'mongod_port_t',
  'gds_db_port_t',
]);
