import type { TypeOf } from '../../model/schema.ts';
import type { ErrorLine } from './error-line.ts';

/** One kind of failed connection; what `nginx.upstream_errors` lists. */
export const upstreamErrorSchema = {
  type: 'object',
  properties: {
    epoch_ms: { type: 'integer', description: 'When it was logged first inside the window, epoch ms (whole seconds)' },
    last_epoch_ms: { type: 'integer', description: 'When it was logged last, epoch ms (whole seconds)' },
    count: { type: 'integer', description: 'Lines in the window; at least so many when a log is very busy' },
    level: { type: 'string', description: 'nginx’s level: crit, error, alert' },
    pid: { type: 'integer', description: 'The worker that logged it last' },
    connection: { type: 'integer', description: 'nginx’s number of the client’s connection, of the last line' },
    call: {
      type: 'string',
      enum: ['connect', 'socket', 'bind', 'timeout'],
      description: 'What failed; `socket` is how AppArmor’s network rules show',
    },
    sync: {
      type: 'boolean',
      description:
        'The kernel refused at once (true), or the answer came over the network (false): then nginx names no peer',
    },
    errno: {
      type: 'integer',
      description: '13 permission denied, 111 connection refused, 2 no such file, 110 timed out, 113 no route',
    },
    reason: { type: 'string', description: 'nginx’s text for it' },
    peer: { type: 'string', description: 'As nginx writes it: 127.0.0.1:3000, unix:/run/app.sock' },
    kind: { type: 'string', enum: ['tcp', 'unix'], description: 'How it tried to connect, where that is certain' },
    address: { type: 'string', description: 'IP address of the peer' },
    port: { type: 'integer', description: 'TCP port of the peer' },
    path: { type: 'string', description: 'Path of the peer’s socket' },
  },
  required: ['epoch_ms', 'last_epoch_ms', 'count', 'level', 'pid', 'call', 'sync', 'errno', 'reason'],
} as const;

export type UpstreamError = TypeOf<typeof upstreamErrorSchema>;

const maxErrors = 500;

/** One entry for each errno, call and peer, with its count; the rest is that of its last line. Newest first. */
export function mergeErrors(lines: readonly ErrorLine[]): readonly UpstreamError[] {
  const merged = new Map<string, UpstreamError>();
  const inOrder = [...lines].sort((a, b) => a.epoch_ms - b.epoch_ms);
  for (const line of inOrder) {
    const key = `${line.errno} ${line.call} ${line.sync} ${line.peer ?? ''}`;
    const before = merged.get(key);
    // Deleted first, so that the map stays in order of the last line.
    merged.delete(key);
    merged.set(key, {
      ...line,
      epoch_ms: before?.epoch_ms ?? line.epoch_ms,
      last_epoch_ms: line.epoch_ms,
      count: (before?.count ?? 0) + 1,
    });
  }
  return [...merged.values()].reverse().slice(0, maxErrors);
}
