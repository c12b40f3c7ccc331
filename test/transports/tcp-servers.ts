import { createServer, type Server, type Socket } from 'node:net';

/** A TCP server on loopback that treats each connection as told, for hosts that do not speak SSH well. */
export async function tcpServer(
  serve: (socket: Socket, index: number) => void,
): Promise<{ readonly port: number; close(): void }> {
  const sockets = new Set<Socket>();
  let count = 0;
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    serve(socket, count);
    count += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
