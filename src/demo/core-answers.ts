import type { JsonObject } from '../model/json.ts';
import type { SimulatedAnswer } from '../model/simulated-host.ts';
import { aclText, type FileNode, mayUse, modeOf } from './file-node.ts';
import type { HostState } from './host-state.ts';
import { hex, text, textOf } from './lines.ts';
import { directoriesOf, request } from './request.ts';

// What the scripts of src/packs/core (and apparmor, which is off here) print on this host.

export const coreAnswers: {
  readonly [name: string]: (state: HostState, params: JsonObject) => SimulatedAnswer;
} = {
  'http.request': (state) => ({ rc: 0, stdout: text(httpLines(state)) }),
  'file.access': (state, params) => ({ rc: 0, stdout: text(accessLines(state, params)) }),
  'file.stat': (state, params) => ({ rc: 0, stdout: text(lookLines(state, params)) }),
  'file.mode': (state, params) => ({ rc: 0, stdout: text(lookLines(state, params)) }),
  'file.acl': (state, params) => ({ rc: 0, stdout: text(aclLines(state, params)) }),
  'net.route': (_state, params) => ({ rc: 0, stdout: `local ${textOf(params, 'to')} dev lo src 127.0.0.1 uid 0\n` }),
  'systemd.unit': (state, params) => ({ rc: 0, stdout: text(unitLines(state, textOf(params, 'name'))) }),
  'tcp.connect': (state) =>
    state.backend.listening
      ? { rc: 0 }
      : { rc: 1, stderr: 'bash: connect: Connection refused\nbash: /dev/tcp: Connection refused\n' },
  'apparmor.denials': () => ({ rc: 0, stdout: 'K off\n' }),
  'apparmor.status': () => ({ rc: 0, stdout: 'loaded_at:\nkernel_sum:\nparser:\n' }),
};

function httpLines(state: HostState): readonly string[] {
  const status = request(state);
  const [phrase, size] = status === 200 ? ['OK', 2048] : ['Bad Gateway', 559];
  const head = `HTTP/1.1 ${status} ${phrase}\r\nServer: nginx/${state.distribution.nginx}\r\nContent-Type: text/html\r\nContent-Length: ${size}\r\n\r\n`;
  return ['rc:0', `answer=${hex(`${head}\nmendgate ${status} 0.004 ${size}`)}`];
}

const ids: { readonly [name: string]: number } = { root: 0, nginx: 990, app: 1001 };
const kindBits = { directory: 0o040000, socket: 0o140000 } as const;

function statLines(path: string, node: FileNode | undefined): readonly string[] {
  const missing = hex(`stat: cannot stat '${path}': No such file or directory`);
  if (node === undefined) return [`missing=${missing}`, `error=${missing}`];
  const raw = kindBits[node.kind] | Number.parseInt(modeOf(node), 8);
  return [
    `raw_mode:${raw.toString(16)}`,
    `uid:${ids[node.owner] ?? 0}`,
    `gid:${ids[node.group] ?? 0}`,
    'size:0',
    'mtime:1790000000',
    `owner:${node.owner}`,
    `group:${node.group}`,
  ];
}

function lookLines(state: HostState, params: JsonObject): readonly string[] {
  const path = textOf(params, 'path');
  return statLines(path, state.files.get(path));
}

function accessLines(state: HostState, params: JsonObject): readonly string[] {
  const [path, user] = [textOf(params, 'path'), textOf(params, 'user')];
  const node = state.files.get(path);
  if (node === undefined) return statLines(path, undefined);
  const closed = directoriesOf(state, path).filter((directory) => !mayUse(directory.node, user, 'x'));
  const rights = (['r', 'w', 'x'] as const).filter((right) => closed.length === 0 && mayUse(node, user, right));
  return [
    ...statLines(path, node),
    ...rights.map((right) => `can_${right}:1`),
    ...closed.map((directory) => `closed=${hex(`${directory.path}\n`)}`),
    `user_uid:${ids[user] ?? ''}`,
    `user_gids:${ids[user] ?? ''}`,
    `acl=${hex(numbered(aclText(path, node)))}`,
  ];
}

/** As `getfacl -n` names them. */
function numbered(acl: string): string {
  return acl.replace(/^(user|group):(\w+):/gm, (_line, kind, name) => `${kind}:${ids[name] ?? 0}:`);
}

function aclLines(state: HostState, params: JsonObject): readonly string[] {
  const [path, user] = [textOf(params, 'path'), textOf(params, 'user')];
  const node = state.files.get(path);
  const userId = ids[user];
  if (node === undefined)
    return [`user_id:${userId ?? ''}`, `error=${hex(`getfacl: ${path}: No such file or directory`)}`];
  return [`user_id:${userId ?? ''}`, `owner_id:${ids[node.owner] ?? 0}`, `acl=${hex(aclText(path, node))}`];
}

function unitLines(state: HostState, name: string): readonly string[] {
  const unit = name.includes('.') ? name : `${name}.service`;
  const known = unit === 'nginx.service' || unit === state.backend.unit;
  const runs = unit === 'nginx.service' || (known && state.backend.listening);
  const shown = [
    `LoadState=${known ? 'loaded' : 'not-found'}`,
    `ActiveState=${runs ? 'active' : known ? 'failed' : 'inactive'}`,
    `SubState=${runs ? 'running' : known ? 'failed' : 'dead'}`,
    `UnitFileState=${known ? 'enabled' : ''}`,
    `Result=${runs || !known ? 'success' : 'exit-code'}`,
    'NRestarts=0',
    `MainPID=${runs ? 2204 : 0}`,
    `FragmentPath=${known ? `/usr/lib/systemd/system/${unit}` : ''}`,
    'NeedDaemonReload=no',
    'CanReload=no',
  ];
  return ['rc:0', `unit=${hex(text(shown))}`];
}
