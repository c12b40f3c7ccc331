/**
 * An address as /proc/net writes it. `host`: /proc/net/tcp and tcp6, 32-bit groups in the machine's own byte order
 * (little endian everywhere Linux servers run, s390x apart); `network`: /proc/net/if_inet6. An IPv4 address in IPv6
 * clothes comes out as IPv4.
 */
export function hexToAddress(hex: string, order: 'host' | 'network'): string | undefined {
  if (!/^(?:[0-9A-Fa-f]{8}|[0-9A-Fa-f]{32})$/.test(hex)) return undefined;
  const raw = Buffer.from(hex, 'hex');
  const bytes = order === 'host' ? raw.swap32() : raw;
  if (bytes.length === 4) return [...bytes].join('.');
  if (bytes.subarray(0, 10).every((byte) => byte === 0) && bytes.readUInt16BE(10) === 0xffff) {
    return [...bytes.subarray(12)].join('.');
  }
  return shortIpv6(Array.from({ length: 8 }, (_, at) => bytes.readUInt16BE(at * 2)));
}

/** The same IPv6 address always as the same text: lower case, the longest run of zeros shortened (RFC 5952). */
export function sameAddress(text: string): string {
  if (!text.includes(':')) return text;
  const zoned = text.split('%', 1)[0] ?? '';
  const [front = '', back] = zoned.split('::');
  const left = front === '' ? [] : front.split(':');
  const right = back === undefined || back === '' ? [] : back.split(':');
  const zeros = back === undefined ? 0 : 8 - left.length - right.length;
  if (zeros < 0 || left.length + zeros + right.length !== 8) return text;
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right].map((group) =>
    Number.parseInt(group, 16),
  );
  return groups.every((group) => group >= 0 && group <= 0xffff) ? shortIpv6(groups) : text;
}

function shortIpv6(groups: readonly number[]): string {
  const { start, length } = longestZeros(groups);
  const text = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  return length < 2 ? text(groups) : `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`;
}

function longestZeros(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  groups.forEach((group, at) => {
    if (group !== 0) start = at + 1;
    else if (at + 1 - start > best.length) best = { start, length: at + 1 - start };
  });
  return best;
}
