import { type ChildProcess, spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import ssh2 from 'ssh2';
import { generateKeyPair } from '../../src/transports/simulated/ssh-server.ts';
import { tcpServer } from './tcp-servers.ts';

/** A port that somebody listens on and nobody answers: its queue is full, so that every SYN is dropped. */
export async function deafPort(): Promise<{ readonly port: number; close(): void }> {
  const program = `require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () {
    require('node:fs').writeSync(1, this.address().port + '\\n');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  })`;
  const child: ChildProcess = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'ignore'] });
  const port = await new Promise<number>((resolve) =>
    child.stdout?.once('data', (text: Buffer) => resolve(Number(text.toString()))),
  );
  const filling: Socket[] = [];
  // A queue of length 1 takes two.
  const full = new Promise<void>((resolve) => {
    let queued = 0;
    for (let index = 0; index < 4; index += 1) {
      const socket = connect(port, '127.0.0.1', () => {
        queued += 1;
        if (queued === 2) resolve();
      });
      socket.on('error', () => undefined);
      filling.push(socket);
    }
  });
  await full;
  return {
    port,
    close() {
      for (const socket of filling) socket.destroy();
      child.kill('SIGKILL');
    },
  };
}

/** Stands between client and server, and can be told to misbehave. */
export interface Proxy {
  readonly port: number;
  /** Carries nothing any more, in both directions, without a word. */
  stall(): void;
  /** Carries again what was held up meanwhile. */
  heal(): void;
  /** Resets all connections. */
  reset(): void;
  /** Ends all connections politely. */
  end(): void;
  close(): void;
}

export interface ProxyOptions {
  /** Changes what goes by; `offset` counts bytes of that direction. */
  readonly alter?: (chunk: Buffer, direction: 'up' | 'down', offset: number, index: number) => Buffer;
  /** Bytes per second towards the client. */
  readonly bytesPerSecond?: number;
}

export async function faultProxy(to: number, options: ProxyOptions = {}): Promise<Proxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let stalled = false;
  const server = await tcpServer((near, index) => {
    const far = connect(to, '127.0.0.1');
    far.on('error', () => near.destroy());
    near.on('error', () => far.destroy());
    const pair = [near, far] as const;
    pairs.add(pair);
    carry(near, far, 'up', index);
    carry(far, near, 'down', index);
  });
  const held: (() => void)[] = [];

  function carry(from: Socket, onto: Socket, direction: 'up' | 'down', index: number): void {
    let offset = 0;
    from.on('data', (data: Buffer) => {
      const chunk = options.alter?.(data, direction, offset, index) ?? data;
      offset += data.length;
      const send = (): void => {
        if (!onto.destroyed) onto.write(chunk);
      };
      if (stalled) held.push(send);
      else if (options.bytesPerSecond !== undefined && direction === 'down') {
        from.pause();
        // Real time: the machine's own TCP is what has to cope with the slow wire.
        setTimeout(
          () => {
            send();
            from.resume();
          },
          (chunk.length * 1000) / options.bytesPerSecond,
        );
      } else send();
    });
    from.on('end', () => stalled || onto.end());
  }
  const all = (act: (socket: Socket) => void): void => {
    for (const pair of pairs) for (const socket of pair) act(socket);
  };
  return {
    port: server.port,
    stall() {
      stalled = true;
    },
    heal() {
      stalled = false;
      for (const send of held.splice(0)) send();
    },
    reset: () => all((socket) => socket.resetAndDestroy()),
    end: () => all((socket) => socket.end()),
    close() {
      all((socket) => socket.destroy());
      server.close();
    },
  };
}

/** An SSH server that lets everybody in and then does as told. */
export async function oddServer(
  onClient: (client: ssh2.Connection) => void,
): Promise<{ readonly port: number; close(): void }> {
  const server = new ssh2.Server({ hostKeys: [generateKeyPair().private] }, (client) => {
    client.on('error', () => undefined);
    client.on('authentication', (attempt) => attempt.accept());
    onClient(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return { port, close: () => server.close() };
}

/** An SSH server that never answers a login. */
export async function muteServer(): Promise<{ readonly port: number; close(): void }> {
  const server = new ssh2.Server({ hostKeys: [generateKeyPair().private] }, (client) => {
    client.on('error', () => undefined);
    client.on('authentication', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return { port, close: () => server.close() };
}
