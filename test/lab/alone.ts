import { createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Does heavy work alone on this machine: a second process waits. The lock is an abstract unix socket, which the kernel
 * gives to one process and takes back when that ends, however it ends.
 */
export async function alone<T>(
  what: string,
  say: (line: string) => void,
  work: () => Promise<T>,
  name = 'mendgate-lab-build',
): Promise<T> {
  let lock = await take(name);
  if (lock === undefined) say(`${what}: waiting for another process that builds`);
  while (lock === undefined) {
    await sleep(1000);
    lock = await take(name);
  }
  try {
    return await work();
  } finally {
    lock.close();
  }
}

function take(name: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((client) => client.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(`\0${name}`, () => resolve(server));
  });
}
