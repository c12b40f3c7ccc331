import { connect, createServer, type Server } from 'node:net';
import type { Clock } from '../model/clock.ts';
import { isObject } from '../model/json.ts';
import { codeOf } from './own-path.ts';

/** The process that is at something, as others are told. */
export interface Holder {
  readonly pid: number;
  readonly run: string;
  /** ISO 8601, UTC. */
  readonly since: string;
}

/** One who tells everybody who asks that this process lives. `undefined`: the address is taken. */
export function answerAt(address: string, holder: Holder): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end(`${JSON.stringify(holder)}\n`);
    });
    server.on('error', (error) => (codeOf(error) === 'EADDRINUSE' ? resolve(undefined) : reject(error)));
    server.listen(address, () => {
      // A lock keeps nobody from ending.
      server.unref();
      resolve(server);
    });
  });
}

const longest = 1000;

/** Who answers there. `undefined`: nobody lives there any more. `'silent'`: somebody does, and does not say who in time. */
export function askHolder(address: string, clock: Clock): Promise<Holder | 'silent' | undefined> {
  return new Promise((resolve) => {
    let text = '';
    const over = new AbortController();
    const socket = connect(address);
    const end = (answer: Holder | 'silent' | undefined): void => {
      over.abort();
      socket.destroy();
      resolve(answer);
    };
    socket.on('data', (chunk) => {
      text += chunk.toString();
      if (text.length > longest) end('silent');
    });
    socket.on('end', () => end(readHolder(text)));
    socket.on('error', (error) => end(isGone(codeOf(error)) ? undefined : 'silent'));
    void clock.sleep(1000, over.signal).then(() => end('silent'));
  });
}

function isGone(code: string | undefined): boolean {
  return code === 'ECONNREFUSED' || code === 'ENOENT';
}

function readHolder(text: string): Holder | 'silent' {
  try {
    const found: unknown = JSON.parse(text);
    if (!isObject(found)) return 'silent';
    const { pid, run, since } = found;
    if (typeof pid !== 'number' || typeof run !== 'string' || typeof since !== 'string') return 'silent';
    return { pid, run, since };
  } catch {
    return 'silent';
  }
}
