import { defineAction, undo } from '../../model/action.ts';
import type { Command } from '../../model/command.ts';
import type { Json } from '../../model/json.ts';
import { unreadable } from '../../model/probe.ts';
import { lineOf } from './answer-lines.ts';
import { isJsonObject } from './json-object.ts';
import { busyStore, semanageImport, storeChange, storeHolder } from './policy-store.ts';
import { effectiveRecord, exactRecord, type PortTable, portTableScript, readPortTable } from './port-table.ts';
import { afterInstall, portNumber, protocolName, typeName } from './schemas.ts';

/** What is known about one port before a change. */
export interface PortState {
  readonly effective: string;
  /** Type of the local record for exactly this port; `""` when there is none. */
  readonly local: string;
  /** The policy itself has a record for exactly this port. */
  readonly in_base: boolean;
}

export interface PortChange {
  readonly port: number;
  readonly protocol: string;
  readonly from: string;
  readonly to: string;
  /** semanage wants `-m` where a record for exactly this port exists, else `-a`. */
  readonly how: 'add' | 'modify';
}

/** The state of one port in a table. */
function portState(table: PortTable, protocol: string, port: number): PortState {
  return {
    effective: effectiveRecord(table, protocol, port)?.type ?? 'port_t',
    local: exactRecord(table.local, protocol, port)?.type ?? '',
    in_base: exactRecord(table.base, protocol, port) !== undefined,
  };
}

/** What has to change for a port to be of a type. */
export function portDiff(
  state: PortState,
  want: { readonly port: number; readonly protocol: string; readonly type: string },
): PortChange | undefined {
  if (state.effective === want.type) return undefined;
  const how = state.local !== '' || state.in_base ? 'modify' : 'add';
  return { port: want.port, protocol: want.protocol, from: state.effective, to: want.type, how };
}

export default defineAction({
  name: 'selinux.port',
  summary: 'A port has this SELinux type.',
  params: {
    type: 'object',
    properties: { port: portNumber, protocol: protocolName, type: typeName, after_install: afterInstall },
    required: ['port', 'type'],
  },
  reads: ({ port, protocol }) => [`selinux.port:${protocol}/${port}`],
  touches: (change: PortChange) => [`selinux.port:${change.protocol}/${change.port}`, 'selinux.policy'],
  async inspect(host, { port, protocol, type, after_install }) {
    const answer = await host.run({ script: portTableScript, timeoutMs: 120_000 });
    if (lineOf(answer.stdout, 'ports-tool') !== undefined && !after_install) {
      return unreadable('semanage is missing (package policycoreutils-python-utils): labels can be read, not changed');
    }
    const table = readPortTable(answer.stdout);
    if ('unreadable' in table) return unreadable(table.unreadable);
    const deciding = effectiveRecord(table, protocol, port);
    if (deciding && deciding.type !== type && deciding.low !== deciding.high && table.local.includes(deciding)) {
      return unreadable(
        `${protocol} ${port} lies in the local range ${deciding.low}-${deciding.high} (${deciding.type}): semanage refuses overlaps, change that record first`,
      );
    }
    return portState(table, protocol, port);
  },
  diff: portDiff,
  describe: (change) => `SELinux type of ${change.protocol} ${change.port}: ${change.from} → ${change.to}`,
  predict(change, probe) {
    const asked = probe.params;
    // A label changes what type a port has, never what a domain may do to a type.
    if (probe.name === 'selinux.access') return probe.now;
    if (probe.name !== 'selinux.port' || !isAbout(asked, change) || !isJsonObject(probe.now)) return undefined;
    const mine = `${change.port} ${change.to} (local)`;
    const others = Array.isArray(probe.now['ranges']) ? probe.now['ranges'] : [];
    const left = others.filter(
      (range) => !(String(range).endsWith('(local)') && String(range).startsWith(`${change.port} `)),
    );
    return { ...probe.now, type: change.to, local: true, local_type: change.to, exact: true, ranges: [mine, ...left] };
  },
  apply: (change) => [semanagePort(change.how === 'add' ? '-a' : '-m', change, change.to)],
  shared: {
    transaction: 'semanage',
    onlyJoins: false,
    line: ({ how, to, protocol, port }) => `port ${how === 'add' ? '-a' : '-m'} -t ${to} -p ${protocol} ${port}`,
    commit: semanageImport,
  },
  nothingDone: busyStore,
  busy: storeHolder,
  rollback: undo<PortState, PortChange>((change, before) => [
    before.local === '' ? deleteRecord(change) : semanagePort('-m', change, before.local),
  ]),
});

function isAbout(params: Json, change: PortChange): boolean {
  return isJsonObject(params) && params['port'] === change.port && (params['protocol'] ?? 'tcp') === change.protocol;
}

function semanagePort(flag: '-a' | '-m', change: PortChange, type: string): Command {
  return {
    argv: ['semanage', 'port', flag, '-t', type, '-p', change.protocol, String(change.port)],
    ...storeChange,
  };
}

/** Deletes the local record; that it is gone already, or that only the policy's is left, is as good. */
function deleteRecord(change: PortChange): Command {
  return {
    script: `
out=$(semanage port -d -p "$protocol" "$port" 2>&1); rc=$?
[ -z "$out" ] || printf '%s\\n' "$out" >&2
case "$rc $out" in
  0*|*'cannot be deleted'*|*'is not defined'*) exit 0 ;;
  *) exit "$rc" ;;
esac
`,
    variables: { protocol: change.protocol, port: String(change.port) },
    ...storeChange,
  };
}
