/** The policy's own labels of TCP ports: EL 9, those that a web host meets. */
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

/** Every port type of the policy. */
export const portTypes: readonly string[] = [
  ...table.map(([type]) => type),
  'dnssec_port_t',
  'port_t',
  'reserved_port_t',
];

/** `http_port_t  tcp  80, 81, …`, as `semanage port -l` prints them. */
export const portRows: readonly (readonly [type: string, ports: string])[] = table;

/** The most specific range that covers a port. */
export function portType(port: number): string {
  let best = { type: 'port_t', size: Number.POSITIVE_INFINITY };
  for (const [type, ports] of table) {
    for (const range of ports.split(', ')) {
      const [low = 0, high = low] = range.split('-').map(Number);
      if (low <= port && port <= high && high - low < best.size) best = { type, size: high - low };
    }
  }
  return best.type;
}
