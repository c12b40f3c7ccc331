import type { Distribution } from './distribution.ts';
import type { FileNode } from './file-node.ts';

/** A boolean of the policy: what the kernel decides by, and the local record that outlives a reboot. */
interface BooleanSetting {
  active: boolean;
  /** Absent: no local record, the policy's own default counts. */
  local?: boolean;
}

/** `semanage port -a`: one port, one type. */
interface PortLabel {
  readonly port: number;
  readonly protocol: string;
  readonly type: string;
}

/** Where nginx passes its requests. */
export type Upstream =
  | { readonly kind: 'tcp'; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string; readonly scheme: 'http' | 'fastcgi' };

/** The program behind nginx. */
export interface Backend {
  readonly comm: string;
  readonly unit: string;
  readonly domain: string;
  readonly listening: boolean;
}

interface LogLine {
  /** Epoch ms on the host's clock. */
  readonly at: number;
  readonly text: string;
}

/** Everything a simulated host is: what an administrator could change, and what its logs have seen. */
export interface HostState {
  readonly name: string;
  readonly distribution: Distribution;
  readonly mode: 'enforcing' | 'permissive';
  readonly booleans: Map<string, BooleanSetting>;
  /** The last one added stands first, as in the kernel's list. */
  readonly ports: PortLabel[];
  /** Local rule of `semanage fcontext` → type. Specs are spelled `/var/run/…`, as EL 9 wants them. */
  readonly labelRules: Map<string, string>;
  /** Modules at priority 400 → their CIL text. */
  readonly modules: Map<string, string>;
  /** Directories and sockets by absolute path. */
  readonly files: Map<string, FileNode>;
  readonly upstream: Upstream;
  readonly backend: Backend;
  readonly errorLog: LogLine[];
  readonly auditLog: LogLine[];
  /** Epoch ms when it was last changed: where `since: change` begins. */
  marked: number;
  readonly clock: HostClock;
}

/** A host's time: the real one, and ahead of it by what its changes would have taken. */
export interface HostClock {
  now(): number;
  pass(ms: number): void;
}

/** A clock that runs as `now` does, plus what was passed. */
export function hostClock(now: () => number): HostClock {
  let ahead = 0;
  return {
    now: () => now() + ahead,
    pass: (ms) => {
      ahead += ms;
    },
  };
}

/** What changes could have altered, as plain text lines in a fixed order: for comparing before and after. */
export function changeable(state: HostState): readonly string[] {
  return [
    ...[...state.booleans].map(([name, { active, local }]) => `boolean ${name} ${active} ${local ?? 'no record'}`),
    ...state.ports.map(({ protocol, port, type }) => `port ${protocol} ${port} ${type}`),
    ...[...state.labelRules].map(([spec, type]) => `label rule ${spec} ${type}`),
    ...[...state.modules].map(([name, cil]) => `module ${name} ${cil}`),
    ...[...state.files].map(
      ([path, node]) => `file ${path} ${node.owner}:${node.group} ${node.type} ${[...node.acl].join(' ')}`,
    ),
  ].sort();
}
