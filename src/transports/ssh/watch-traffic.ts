import type { Duplex } from 'node:stream';
import type { Clock } from '../../model/clock.ts';
import type { OpenChannel } from '../channel.ts';

/** What passes between this side and one host after the login, as it happens. For measuring; times are monotonic ms. */
export type Traffic =
  /** Bytes leave, or arrive. */
  | { readonly kind: 'sent' | 'received'; readonly host: string; readonly at: number; readonly bytes: number }
  /** Why: a channel is asked for, or so much of a script is written to one. Always before the bytes leave. */
  | { readonly kind: 'asked'; readonly host: string; readonly at: number; readonly what: string };

export type OnTraffic = (traffic: Traffic) => void;

/** Tells of all that passes over a socket from now on; gives `open` with its requests told as well. */
export function watchTraffic(
  host: string,
  { socket, open }: { readonly socket: Duplex; readonly open: OpenChannel },
  clock: Clock,
  tell: OnTraffic,
): OpenChannel {
  const pass = (kind: 'sent' | 'received', bytes: number): void => tell({ kind, host, at: clock.monotonic(), bytes });
  const ask = (what: string): void => tell({ kind: 'asked', host, at: clock.monotonic(), what });
  const write = socket.write.bind(socket);
  const watched = (data: Uint8Array): boolean => {
    pass('sent', data.length);
    return write(data);
  };
  Object.defineProperty(socket, 'write', { value: watched, writable: true, configurable: true });
  // Before ssh2's own: what it sends at once for it comes after it.
  socket.prependListener('data', (chunk: Buffer) => pass('received', chunk.length));
  return async (exec, events) => {
    ask('a channel');
    const channel = await open(exec, events);
    return {
      write(data) {
        for (const what of namesIn(data)) ask(what);
        channel.write(data);
      },
      destroy: () => channel.destroy(),
    };
  };
}

/** Programs and labels (shell/label.ts) by their comments: kinds and names, nothing that stands in them. */
function namesIn(data: Buffer): readonly string[] {
  const text = data.toString('latin1');
  return [...text.matchAll(/^# mendgate (?:([a-z]+)$|\{"kind":"([a-z_]+)","name":"([\w.-]+)")/gm)].map(
    ([, program, kind, name]) => program ?? `${kind} ${name}`,
  );
}
