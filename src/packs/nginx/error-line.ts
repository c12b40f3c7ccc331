import { parsePeer } from './peer.ts';

/** One failed connection as nginx's error log tells it. */
export interface ErrorLine {
  /** Epoch ms; nginx logs whole seconds. */
  readonly epoch_ms: number;
  readonly level: string;
  readonly pid: number;
  readonly connection?: number;
  readonly call: 'connect' | 'socket' | 'bind' | 'timeout';
  /** Refused while asking (true), or only told afterwards (false): then nginx does not say whom it dialled. */
  readonly sync: boolean;
  readonly errno: number;
  readonly reason: string;
  readonly peer?: string;
  readonly kind?: 'tcp' | 'unix';
  readonly address?: string;
  readonly port?: number;
  readonly path?: string;
}

const head =
  /^(\d{4})\/(\d\d)\/(\d\d) (\d\d):(\d\d):(\d\d) \[(emerg|alert|crit|error|warn|notice|info|debug)\] (\d{1,10})#\d{1,10}: (?:\*(\d{1,19}) )?/;
const failed =
  /^(connect|socket|bind)\(\) (?:to (unix:[^ ]{1,300}|\[[0-9a-fA-F:.%]{1,60}\]:\d{1,5}|[^ ]{1,300}:\d{1,5}) )?failed \((\d{1,5}): ([^()]{0,120})\)$/;
const bound = /^bind\(([^ )]{1,255})\) failed \((\d{1,5}): ([^()]{0,120})\)$/;
const timedOut = /^upstream timed out \((110): ([^()]{0,120})\)$/;

const marker = ' while connecting to upstream';

/**
 * Reads one line; `undefined` when it does not tell of a failed connection to an upstream. Only the part in front of
 * "while connecting to upstream" is looked at: behind it stand the request and its headers, unescaped, as clients sent
 * them. `zoneMinutes` is how far the host's local time is ahead of UTC.
 */
export function parseErrorLine(line: string, zoneMinutes: number): ErrorLine | undefined {
  const end = line.indexOf(marker);
  const start = head.exec(line.slice(0, 200));
  if (end < 0 || !start) return undefined;
  const [all, year, month, day, hour, minute, second, level = '', pid, connection] = start;
  const what = readFailure(line.slice(all.length, end));
  if (!what) return undefined;
  const utc = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  return {
    epoch_ms: utc - zoneMinutes * 60_000,
    level,
    pid: Number(pid),
    ...(connection === undefined ? {} : { connection: Number(connection) }),
    ...what,
  };
}

type Failure = Omit<ErrorLine, 'epoch_ms' | 'level' | 'pid' | 'connection'>;

function readFailure(text: string): Failure | undefined {
  const late = timedOut.exec(text);
  if (late) return { call: 'timeout', sync: false, errno: 110, reason: late[2] ?? '', kind: 'tcp' };
  const unbound = bound.exec(text);
  if (unbound) return { call: 'bind', sync: true, errno: Number(unbound[2]), reason: unbound[3] ?? '' };
  const found = failed.exec(text);
  if (!found) return undefined;
  const [, call, to, errno, reason = ''] = found;
  const failure = { errno: Number(errno), reason };
  if (call !== 'connect') return { call: call === 'socket' ? 'socket' : 'bind', sync: true, ...failure };
  // A socket's connect() is answered at once, so an answer that came later was TCP's.
  if (to === undefined) return { call: 'connect', sync: false, ...failure, kind: 'tcp' };
  const peer = parsePeer(to, undefined);
  return { call: 'connect', sync: true, ...failure, ...(peer ?? { peer: to }) };
}

/** `+0530` → 330; `undefined` for anything else. */
export function parseZone(text: string): number | undefined {
  const found = /^([+-])(\d\d)(\d\d)$/.exec(text);
  if (!found) return undefined;
  const minutes = Number(found[2]) * 60 + Number(found[3]);
  return found[1] === '-' ? -minutes : minutes;
}
