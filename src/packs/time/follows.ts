export interface Source {
  readonly name: string;
  /** Some of its last eight answers came. */
  readonly reachable: boolean;
  /** The daemon follows it. */
  readonly selected: boolean;
}

/** What a daemon tells of itself. */
export interface Following {
  readonly synchronized: boolean;
  /** Seconds that the clock is off, whichever way; absent as long as nobody knows. */
  readonly offset?: number;
  readonly sources: readonly Source[];
}

const decimal = /^[+-]?\d{1,15}(?:\.\d{1,12})?$/;

/** `chronyc -c -n tracking` and `chronyc -c -n sources` (chronyc(1)); absent when they are not that. */
export function readChrony(tracking: string, sources: string): Following | undefined {
  const fields = tracking.trim().split(',');
  const [system = '', leap = ''] = [fields[4], fields[13]];
  if (fields.length !== 14 || !decimal.test(system)) return undefined;
  const synchronized = leap !== 'Not synchronised';
  return {
    synchronized,
    ...(synchronized ? { offset: Math.abs(Number(system)) } : {}),
    sources: sources.split('\n').flatMap((line) => {
      const [mode = '', state = '', name = '', , , reach = ''] = line.split(',');
      // `=` is a peer, `#` a reference clock: both count.
      if (!/^[\^=#]$/.test(mode) || !/^[0-7]{1,3}$/.test(reach)) return [];
      return [{ name, reachable: reach !== '0', selected: state === '*' }];
    }),
  };
}

/** `timedatectl timesync-status`; `synchronized` is the flag that timesyncd leaves in /run. Absent when it is not that. */
export function readTimesyncd(status: string, synchronized: boolean): Following | undefined {
  const value = (name: string): string | undefined => new RegExp(`^ *${name}: (.*)$`, 'm').exec(status)?.[1]?.trim();
  const server = value('Server');
  if (server === undefined) return undefined;
  const name = server.replace(/^(?:n\/a|null)?(?: \((?:n\/a|null)\))?$/, '');
  const offset = seconds(value('Offset') ?? '');
  const answered = Number(value('Packet count') ?? '0') > 0;
  return {
    synchronized: synchronized && answered,
    ...(answered && offset !== undefined ? { offset: Math.abs(offset) } : {}),
    sources: name === '' ? [] : [{ name, reachable: answered, selected: answered }],
  };
}

const units: Readonly<Record<string, number>> = { us: 1e-6, ms: 1e-3, s: 1, min: 60, h: 3600, d: 86_400 };

/** systemd's spans: `+4.523ms`, `-1min 2.5s`, `0`. */
export function seconds(span: string): number | undefined {
  if (/^[+-]?0$/.test(span)) return 0;
  const parts = [...span.replace(/^[+-]/, '').matchAll(/(\d{1,9}(?:\.\d{1,9})?)(us|ms|s|min|h|d)(?: |$)/g)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== span.replace(/^[+-]/, '')) return undefined;
  const sum = parts.reduce((total, [, amount, unit = 's']) => total + Number(amount) * (units[unit] ?? 1), 0);
  return span.startsWith('-') ? -sum : sum;
}

/** `ntpq -pn`: a tally code, ten columns; offset in milliseconds. Absent without its heading and any peer. */
export function readNtp(peers: string): Following | undefined {
  const lines = peers.split('\n');
  const none = lines.some((line) => /^No association/.test(line));
  if (!none && !lines.some((line) => /^ +remote +refid /.test(line))) return undefined;
  const found = lines.flatMap((line) => {
    const columns = line.slice(1).trim().split(/ +/);
    const [name = '', , , , , , reach = '', , offset = ''] = columns;
    if (columns.length !== 10 || !/^[0-7]{1,3}$/.test(reach) || !decimal.test(offset)) return [];
    return [{ name, reachable: reach !== '0', selected: /^[*o]/.test(line), offset: Math.abs(Number(offset)) / 1000 }];
  });
  const followed = found.find(({ selected }) => selected);
  return {
    synchronized: followed !== undefined,
    ...(followed === undefined ? {} : { offset: followed.offset }),
    sources: found.map(({ offset: _, ...source }) => source),
  };
}
