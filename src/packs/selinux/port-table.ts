import { linesOf } from './answer-lines.ts';
import { storeScript, storeTextFunction } from './policy-store.ts';

/** One record: a range of ports (often of one) and its type. */
export interface PortRecord {
  readonly protocol: string;
  readonly low: number;
  readonly high: number;
  readonly type: string;
}

/**
 * The port labels of a host. The kernel takes the first local record that covers a port (local ones stand in front),
 * else the policy's most specific range.
 */
export interface PortTable {
  readonly base: readonly PortRecord[];
  readonly local: readonly PortRecord[];
}

/**
 * Shell that prints `ports LINE` for each line of `semanage port -l`, `ports-rc RC`, and `ports-local LINE` for each
 * record of the policy store's own file (`portcon tcp 3000 system_u:object_r:http_port_t:s0`), which needs no Python;
 * `ports-store yes|no` tells whether the store could be looked at. Without semanage, `seinfo --portcon` stands in, else the
 * store's own text (only the base module and modules written in CIL can hold port labels); `ports-tool seinfo|store` says so.
 */
export const portTableScript = `${storeScript}${storeTextFunction}
if [ -n "$store" ]; then
  echo 'ports-store yes'
  [ ! -r "$store/ports.local" ] || sed -n 's/^portcon /ports-local portcon /p' "$store/ports.local"
else
  echo 'ports-store no'
fi
if command -v semanage >/dev/null 2>&1; then
  { semanage port -l 2>&1; echo "rc=$?"; } | sed -e 's/^rc=/ports-rc /;t' -e 's/^/ports /'
elif command -v seinfo >/dev/null 2>&1; then
  echo 'ports-tool seinfo'
  { seinfo --portcon 2>&1; echo "rc=$?"; } | sed -e 's/^rc=/ports-rc /;t' \\
    -e 's/^ *portcon \\([a-z]*\\) \\([0-9-]*\\) [^:]*:[^:]*:\\([^: ]*\\).*/\\3 \\1 \\2/' -e 's/^/ports /'
else
  texts=$(set +f; ls -d "$store"/modules/[0-9]*/base/cil 2>/dev/null; grep -slx cil "$store"/modules/[0-9]*/*/lang_ext | sed 's/lang_ext$/cil/')
  labels=$([ -z "$store" ] || [ -z "$texts" ] || store_text $texts | sed -n \\
    -e 's/^ *(portcon \\([a-z]*\\) (\\([0-9]*\\) \\([0-9]*\\)) (\\([^ ]*\\) \\([^ ]*\\) \\([^ )]*\\).*/ports \\6 \\1 \\2-\\3/p' \\
    -e 's/^ *(portcon \\([a-z]*\\) \\([0-9][0-9]*\\) (\\([^ ]*\\) \\([^ ]*\\) \\([^ )]*\\).*/ports \\5 \\1 \\2/p')
  if [ -n "$labels" ]; then echo 'ports-tool store'; printf '%s\\n' "$labels"; echo 'ports-rc 0'; else echo 'ports-rc 127'; fi
fi
`;

/** What {@link portTableScript} printed, or why the labels are not known. */
export function readPortTable(stdout: string): PortTable | { readonly unreadable: string } {
  const rc = linesOf(stdout, 'ports-rc')[0];
  const lines = linesOf(stdout, 'ports');
  if (rc === '127')
    return { unreadable: 'port labels need semanage (package policycoreutils-python-utils) or seinfo (setools)' };
  if (rc !== '0') {
    const last = lines.findLast((line) => line.trim() !== '') ?? `exit code ${rc ?? 'unknown'}`;
    return { unreadable: `port labels cannot be read (root is needed): ${last}` };
  }
  if (linesOf(stdout, 'ports-store')[0] === 'no')
    return { unreadable: 'the policy store cannot be read: root is needed' };
  const all = lines.flatMap(parsePortLine);
  if (all.length === 0) return { unreadable: 'semanage port -l printed no port' };
  const local = linesOf(stdout, 'ports-local').flatMap(parsePortLine);
  const fromStore = linesOf(stdout, 'ports-tool')[0] === 'store';
  return { base: fromStore ? all : withoutOnce(all, local), local };
}

/** `http_port_t   tcp   80, 81, 8008-8009` of semanage, or `portcon tcp 3000-3001 system_u:object_r:T:s0` of the store's own records. */
function parsePortLine(line: string): readonly PortRecord[] {
  const words = line.trim().split(/[\s,]+/);
  if (words[0] === 'portcon') {
    const [, protocol = '', range = '', context = ''] = words;
    return parseRange(protocol, range, context.split(':')[2] ?? '');
  }
  const [type = '', protocol = '', ...ranges] = words;
  return ranges.flatMap((range) => parseRange(protocol, range, type));
}

function parseRange(protocol: string, range: string, type: string): readonly PortRecord[] {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(range);
  if (!match || !/^(?:tcp|udp|dccp|sctp)$/.test(protocol) || type === '') return [];
  const low = Number(match[1]);
  return [{ protocol, low, high: Number(match[2] ?? low), type }];
}

/** `semanage port -l` shows local records among the policy's: takes each out once. */
function withoutOnce(all: readonly PortRecord[], local: readonly PortRecord[]): readonly PortRecord[] {
  const left = [...all];
  for (const record of local) {
    const at = left.findIndex((other) => sameKey(other, record) && other.type === record.type);
    if (at >= 0) left.splice(at, 1);
  }
  return left;
}

function sameKey(a: PortRecord, b: PortRecord): boolean {
  return a.protocol === b.protocol && a.low === b.low && a.high === b.high;
}

/** The record whose key is exactly this one port, as semanage compares: `3000` is not `3000-3001`. */
export function exactRecord(records: readonly PortRecord[], protocol: string, port: number): PortRecord | undefined {
  return records.find((record) => record.protocol === protocol && record.low === port && record.high === port);
}

/** The record that decides about a port. */
export function effectiveRecord(table: PortTable, protocol: string, port: number): PortRecord | undefined {
  const covers = (record: PortRecord) => record.protocol === protocol && record.low <= port && port <= record.high;
  return table.local.find(covers) ?? mostSpecific(table.base.filter(covers));
}

/** What the policy itself says about a port, whatever was added locally. */
export function baseRecord(table: PortTable, protocol: string, port: number): PortRecord | undefined {
  return effectiveRecord({ base: table.base, local: [] }, protocol, port);
}

function mostSpecific(records: readonly PortRecord[]): PortRecord | undefined {
  return records.reduce<PortRecord | undefined>(
    (best, record) => (best === undefined || record.high - record.low < best.high - best.low ? record : best),
    undefined,
  );
}

/** TCP port → effective type, for counting; index 0 is unused, `undefined` = no record (`port_t`). */
export function tcpTypes(table: PortTable): readonly (string | undefined)[] {
  const types: (string | undefined)[] = new Array<string | undefined>(65536).fill(undefined);
  const widestFirst = table.base.filter((record) => record.protocol === 'tcp');
  widestFirst.sort((a, b) => b.high - b.low - (a.high - a.low));
  const lastWins = [...widestFirst, ...table.local.filter((record) => record.protocol === 'tcp').reverse()];
  for (const record of lastWins) types.fill(record.type, record.low, Math.min(record.high, 65535) + 1);
  return types;
}
