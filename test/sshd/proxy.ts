import { connect, createServer, type Socket } from 'node:net';

/** A wire that can be broken, in front of a server on loopback. What is open stays as it is until something breaks it. */
export interface WireProxy {
  readonly port: number;
  /** Bytes that went to the server, and to the client, over all connections. */
  readonly passed: { readonly server: number; readonly client: number };
  /** Ends all connections, politely or by RST. New ones are served. */
  cut(how?: 'fin' | 'rst'): void;
  /** Cuts as soon as so many more bytes have gone that way; the rest never arrives. */
  cutAfter(bytes: number, to?: 'server' | 'client'): void;
  /** Nothing goes through any more, in no direction, and nobody is told. New connections hang, too. */
  silence(): void;
  /** New connections are served again; old ones stay dead. */
  heal(): void;
  close(): Promise<void>;
}

export async function startProxy(target: number): Promise<WireProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let silent = false;
  const passed = { server: 0, client: 0 };
  const left = { server: Number.POSITIVE_INFINITY, client: Number.POSITIVE_INFINITY };
  const cut = (how: 'fin' | 'rst' = 'fin'): void => {
    for (const [client, server] of pairs) {
      if (how === 'rst') client.resetAndDestroy();
      else client.destroy();
      server.destroy();
    }
    pairs.clear();
  };
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ host: '127.0.0.1', port: target, noDelay: true });
    const pair = [client, upstream] as const;
    pairs.add(pair);
    let dead = silent;
    const onSilence = (): boolean => {
      dead ||= silent;
      return dead;
    };
    const pass = (to: 'server' | 'client', socket: Socket, chunk: Buffer): void => {
      if (onSilence()) return;
      const part = chunk.subarray(0, Math.max(0, left[to]));
      left[to] -= part.length;
      passed[to] += part.length;
      socket.write(part);
      if (part.length === chunk.length) return;
      left[to] = Number.POSITIVE_INFINITY;
      // After it has been written.
      setImmediate(cut);
    };
    client.on('data', (chunk: Buffer) => pass('server', upstream, chunk));
    upstream.on('data', (chunk: Buffer) => pass('client', client, chunk));
    for (const [one, other] of [pair, [upstream, client]] as const) {
      one.on('error', () => undefined);
      one.on('close', () => {
        pairs.delete(pair);
        if (!onSilence()) other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    passed,
    cut,
    cutAfter(bytes, to = 'server') {
      left[to] = bytes;
    },
    silence() {
      silent = true;
    },
    heal() {
      silent = false;
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      cut();
      await closed;
    },
  };
}
