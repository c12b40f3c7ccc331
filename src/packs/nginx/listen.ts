/** One `listen` of a server that a TCP client can reach. */
export interface Listen {
  /** IP address without brackets, or a host name; `*` for all. */
  readonly address: string;
  readonly port: number;
  readonly ssl: boolean;
  /** Answers whoever asks for a name that nobody has. */
  readonly isDefault: boolean;
  /** It wants the PROXY protocol before TLS. */
  readonly proxied: boolean;
}

/** The arguments of `listen`; `undefined` for Unix sockets, QUIC (UDP), and what is no address. */
export function parseListen([where = '', ...options]: readonly string[]): Listen | undefined {
  if (options.includes('quic') || options.includes('udp')) return undefined;
  const place = parsePlace(where);
  if (!place || place.port < 1 || place.port > 65_535) return undefined;
  return {
    ...place,
    ssl: options.includes('ssl'),
    isDefault: options.includes('default_server') || options.includes('default'),
    proxied: options.includes('proxy_protocol'),
  };
}

/** Of a range of ports (stream) the first one; an address alone means port 80. */
function parsePlace(where: string): { readonly address: string; readonly port: number } | undefined {
  const onlyPort = /^(\d{1,5})(?:-\d{1,5})?$/.exec(where)?.[1];
  if (onlyPort !== undefined) return { address: '*', port: Number(onlyPort) };
  const found = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.*-]+)(?::(\d{1,5})(?:-\d{1,5})?)?$/.exec(where);
  if (!found) return undefined;
  const [, host = '', digits = '80'] = found;
  return { address: host.replace(/^\[(.*)\]$/, '$1'), port: Number(digits) };
}
