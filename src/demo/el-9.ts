import { makeDistribution } from './distribution.ts';

// What httpd_t may do in the targeted policy of EL 9, as far as nginx's way to a backend needs it. No guest of the lab is
// an EL 9: this is read off the policy's source.

/** The policy's own labels of TCP ports: those that a web host meets. */
const table: readonly (readonly [type: string, ports: string])[] = [
  ['dns_port_t', '53, 853'],
  ['ephemeral_port_t', '32768-60999'],
  ['commplex_main_port_t', '5000'],
  ['ftp_port_t', '21, 989, 990'],
  ['gopher_port_t', '70'],
  ['http_cache_port_t', '8080, 8118, 8123, 10001-10010'],
  ['http_port_t', '80, 81, 443, 488, 8008, 8009, 8443, 9000'],
  ['ldap_port_t', '389, 636, 3268, 3269, 7389'],
  ['memcache_port_t', '11211'],
  ['mongod_port_t', '27017-27019, 28017-28019'],
  ['mysqld_port_t', '1186, 3306, 63132-63164'],
  ['ntop_port_t', '3000-3001'],
  ['postgresql_port_t', '5432, 9898'],
  ['redis_port_t', '6379, 16379, 26379'],
  ['smtp_port_t', '25, 465, 587'],
  ['soundd_port_t', '8000, 9433, 16001'],
  ['squid_port_t', '3128, 3401, 4827'],
  ['ssh_port_t', '22'],
  ['unreserved_port_t', '61000-65535, 1024-32767'],
  ['websm_port_t', '9090'],
];

/** Boolean → the port types that httpd_t may connect to while it is on; `*` = every one. */
const connects: { readonly [boolean: string]: readonly string[] } = {
  httpd_graceful_shutdown: ['http_port_t'],
  httpd_can_network_relay: [
    'gopher_port_t',
    'ftp_port_t',
    'http_port_t',
    'http_cache_port_t',
    'squid_port_t',
    'memcache_port_t',
    'ephemeral_port_t',
  ],
  httpd_can_network_memcache: ['memcache_port_t'],
  httpd_can_network_connect_db: ['mysqld_port_t', 'postgresql_port_t', 'mongod_port_t'],
  httpd_can_connect_ldap: ['ldap_port_t'],
  httpd_can_network_connect: ['*'],
};

const alwaysConnects = ['dns_port_t', 'dnssec_port_t'];

/** EL 9 with SELinux. */
export const el9 = makeDistribution({
  policy: 'targeted',
  nginx: '1.20.1',
  worker: { user: 'nginx', id: 990 },
  portLines: table.map(([type, ports]) => `${type.padEnd(30)} tcp      ${ports}`),
  otherPortTypes: ['dnssec_port_t', 'port_t', 'reserved_port_t'],
  connectRules: connectRules(),
  booleans: [...Object.keys(connects), 'nis_enabled', 'httpd_enable_homedirs'],
  // It writes its label rules for /var/run, and tells it in file_contexts.subs_dist.
  equivalences: [['/run', '/var/run']],
});

/** The rules about outgoing connections as sesearch prints them, with the boolean that switches each. */
function connectRules(): readonly string[] {
  const rule = (type: string): string => `allow httpd_t ${type}:tcp_socket name_connect;`;
  return [
    ...alwaysConnects.map(rule),
    ...Object.entries(connects).flatMap(([name, types]) =>
      types.map((type) => `${rule(type === '*' ? 'port_type' : type)} [ ${name} ]:True`),
    ),
    ...['port_t', 'unreserved_port_t', 'ephemeral_port_t', 'http_port_t'].map(
      (type) => `${rule(type)} [ nis_enabled ]:True`,
    ),
  ];
}
