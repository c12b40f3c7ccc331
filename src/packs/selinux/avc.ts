import { typeOf } from './context.ts';

/** One AVC record, as the kernel wrote it. */
export interface Avc {
  readonly epoch_ms: number;
  /** Counts within a boot; 0 where the journal gave none. */
  readonly serial: number;
  readonly denied: boolean;
  readonly permissions: readonly string[];
  readonly source: string;
  readonly target: string;
  readonly class: string;
  /** Set: the access was allowed after all. Absent on old kernels: taken as false. */
  readonly permissive: boolean;
  readonly comm: string;
  readonly pid: number;
  /** `dest` of a connect, `src` of a bind. */
  readonly port?: number;
  /** The whole path; only some classes have it. */
  readonly path?: string;
  /** The last component of the path only. */
  readonly name?: string;
}

/** `msg=audit(1795212241.576:74)` and `audit(…)` of the kernel log; then the record up to its fixed tail. */
const stamp = /audit\((\d{1,12})\.(\d{1,9}):(\d{1,12})\)/;
/** journald's `short-unix`: `1795212241.576123 host audit[317]: AVC avc:  denied …`. */
const journalStamp = /^(\d{1,12})\.(\d{1,9}) /;
const verdict = /avc:\s{1,4}(denied|granted)\s{1,4}\{([a-z_0-9 ]{1,400})\}\s{1,4}for\s{1,4}/;

/**
 * Reads one line of audit.log, `ausearch --raw`, dmesg or the journal. `undefined` for any other record: AppArmor's
 * (which share the record type), USER_AVC of object managers, and what is not whole.
 */
export function parseAvc(line: string): Avc | undefined {
  // Behind 0x1d stand auditd's translations of the same values.
  const record = line.slice(0, 8192).split('\u001d')[0] ?? '';
  if (/type=USER_AVC|type=1107/.test(record)) return undefined;
  const what = verdict.exec(record);
  if (!what) return undefined;
  const time = stamp.exec(record);
  const journal = time ? undefined : journalStamp.exec(record);
  const [, seconds, fraction, serial] = time ?? [...(journal ?? []), '0'];
  if (seconds === undefined || fraction === undefined) return undefined;
  const fields = parseFields(record.slice(what.index + what[0].length));
  const source = fields.get('scontext');
  const target = fields.get('tcontext');
  const className = fields.get('tclass');
  if (!source || !target || !className || typeOf(source) === '' || typeOf(target) === '') return undefined;
  const port = Number(fields.get('dest') ?? fields.get('src'));
  const path = fields.get('path');
  const name = fields.get('name');
  return {
    epoch_ms: Number(seconds) * 1000 + Number(fraction.slice(0, 3).padEnd(3, '0')),
    serial: Number(serial ?? 0),
    denied: what[1] === 'denied',
    permissions: (what[2] ?? '').trim().split(/ +/),
    source,
    target,
    class: className,
    permissive: fields.get('permissive') === '1',
    comm: fields.get('comm') ?? '',
    pid: Number(fields.get('pid') ?? 0) || 0,
    ...(Number.isInteger(port) && port >= 1 && port <= 65535 ? { port } : {}),
    ...(path === undefined ? {} : { path }),
    ...(name === undefined ? {} : { name }),
  };
}

/** Values that the kernel writes as hex when they hold a space, a quote or a control character. */
const untrusted = new Set(['comm', 'path', 'name', 'exe']);

function parseFields(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const [, key = '', value = ''] of text.matchAll(/([a-z]{1,20})=("[^"]{0,4096}"|[^ "]{1,4096})/g)) {
    // The first wins: nothing that a process chose stands before these, and much of it may stand behind.
    if (!fields.has(key)) fields.set(key, plain(key, value));
  }
  return fields;
}

function plain(key: string, value: string): string {
  if (value.startsWith('"')) return value.slice(1, -1);
  if (!untrusted.has(key) || value.length % 2 === 1 || !/^[0-9A-F]{2,8192}$/.test(value)) return value;
  return Buffer.from(value, 'hex').toString('utf8');
}
