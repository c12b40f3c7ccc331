/** One AppArmor record of the kernel's audit stream. */
export interface DenialRecord {
  readonly epoch_ms: number;
  /** The event's number; with the time it tells the same record in two logs. */
  readonly serial: number;
  /** True: refused (enforce). False: only noted (complain). */
  readonly enforced: boolean;
  readonly profile: string;
  readonly operation: string;
  readonly kind: 'file' | 'network' | 'other';
  readonly path?: string;
  readonly family?: string;
  /** `stream`, `dgram`, …: of a network denial. */
  readonly sock_type?: string;
  /** Number of the protocol asked for; 0 = the usual one of that type. */
  readonly protocol?: number;
  readonly requested_mask?: string;
  readonly command?: string;
}

// Anchored up to `apparmor=`: what processes can choose (names, paths) only stands behind it, quoted or as hex.
const audited =
  /^(?:node=\S{1,255} )?type=(?:AVC|1400) msg=audit\((\d{1,12})\.(\d{3}):(\d{1,12})\): apparmor="(DENIED|ALLOWED)" (.*)$/;
const logged =
  /^(?:\[ *\d+\.\d+\] )?(?:audit: type=1400 |AVC )?audit\((\d{1,12})\.(\d{3}):(\d{1,12})\): apparmor="(DENIED|ALLOWED)" (.*)$/;

/**
 * Reads a line of audit.log, dmesg or the journal; `undefined` when it is no AppArmor denial. Values are quoted, or
 * hexadecimal when they hold what quotes could not.
 */
export function parseDenial(line: string): DenialRecord | undefined {
  const found = audited.exec(line) ?? logged.exec(line);
  if (!found) return undefined;
  const [, seconds, millis, serial, verdict, rest = ''] = found;
  const fields = readFields(rest);
  const profile = fields.get('profile');
  const operation = fields.get('operation');
  if (profile === undefined || operation === undefined) return undefined;
  const name = fields.get('name');
  const family = fields.get('family');
  const type = fields.get('sock_type');
  const protocol = fields.get('protocol') ?? '';
  const mask = fields.get('requested_mask');
  const command = fields.get('comm');
  return {
    epoch_ms: Number(seconds) * 1000 + Number(millis),
    serial: Number(serial),
    enforced: verdict === 'DENIED',
    profile,
    operation,
    kind: name?.startsWith('/') ? 'file' : family === undefined ? 'other' : 'network',
    ...(name?.startsWith('/') ? { path: name } : {}),
    ...(family === undefined ? {} : { family }),
    ...(type === undefined ? {} : { sock_type: type }),
    ...(/^\d{1,3}$/.test(protocol) ? { protocol: Number(protocol) } : {}),
    ...(mask === undefined ? {} : { requested_mask: mask }),
    ...(command === undefined ? {} : { command }),
  };
}

/** `key="text"` and `key=HEX` of the values that processes choose; the first of each counts. */
function readFields(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const [, key = '', quoted, bare = ''] of text.matchAll(/(?:^| )([a-z_]{1,30})=(?:"([^"]*)"|([^" ]*))/g)) {
    if (!fields.has(key)) fields.set(key, quoted ?? decodeHex(key, bare));
  }
  return fields;
}

const encoded = new Set(['name', 'profile', 'comm', 'target', 'peer']);

function decodeHex(key: string, value: string): string {
  return encoded.has(key) && /^(?:[0-9A-F]{2})+$/.test(value) ? Buffer.from(value, 'hex').toString('utf8') : value;
}
