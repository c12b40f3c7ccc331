/** Where a connection goes, as nginx writes it and taken apart. */
export interface Peer {
  /** `127.0.0.1:3000`, `[::1]:3000`, `app.internal:3000`, `unix:/run/app.sock`. */
  readonly peer: string;
  readonly kind: 'tcp' | 'unix';
  /** Without brackets. Absent for sockets. */
  readonly address?: string;
  readonly port?: number;
  readonly path?: string;
}

/**
 * Reads `127.0.0.1:3000`, `[::1]:3000`, `name`, `unix:/path` and `unix:/path:/uri`; `undefined` for what holds variables
 * or is no address. `port` stands where none is written.
 */
export function parsePeer(text: string, port: number | undefined): Peer | undefined {
  if (text.startsWith('unix:')) {
    // nginx takes the socket's path up to the next colon; what follows is the URI.
    const [path = ''] = text.slice(5).split(':', 1);
    return path === '' || path.includes('$') ? undefined : { peer: `unix:${path}`, kind: 'unix', path };
  }
  const found = /^(\[[0-9A-Fa-f:.%]{1,60}\]|[A-Za-z0-9_.-]{1,255})(?::(\d{1,5}))?$/.exec(text);
  if (!found) return undefined;
  const [, host = '', written] = found;
  const number = written === undefined ? port : Number(written);
  if (number === undefined || number < 1 || number > 65535) return undefined;
  const address = host.startsWith('[') ? host.slice(1, -1) : host;
  return { peer: `${host}:${number}`, kind: 'tcp', address, port: number };
}

/** Whether an address is a name that must be looked up. */
export function isHostName(address: string): boolean {
  return !address.includes(':') && !/^\d{1,3}(?:\.\d{1,3}){3}$/.test(address);
}
