import { parseDuration } from '../model/duration.ts';
import type { JsonObject } from '../model/json.ts';
import type { SimulatedAnswer } from '../model/simulated-host.ts';
import type { HostState } from './host-state.ts';
import { expectedType, ruleLines, ruleSpec, specOf } from './labels.ts';
import { hex, text, textOf } from './lines.ts';
import { accessLine, knowsType, objectContext, processContext } from './policy.ts';
import { directoriesOf } from './request.ts';

// What the scripts of src/packs/selinux print on this host.

/** By the name of the probe, or of the action that inspects. */
export const selinuxAnswers: {
  readonly [name: string]: (state: HostState, params: JsonObject) => SimulatedAnswer;
} = {
  'selinux.status': (state) => ({ rc: 0, stdout: text(statusLines(state)) }),
  'selinux.access': (state, params) => ({ rc: 0, stdout: text(accessLines(state, params)) }),
  'selinux.boolean': (state, params) => ({ rc: 0, stdout: text(booleanLines(state, [textOf(params, 'name')])) }),
  'selinux.booleans': (state, params) => ({ rc: 0, stdout: text(booleanLines(state, namesIn(params))) }),
  'selinux.port': (state) => ({ rc: 0, stdout: text(portLines(state)) }),
  'selinux.context': (state, params) => ({ rc: 0, stdout: text(contextLines(state, textOf(params, 'path'))) }),
  'selinux.fcontext': (state, params) => ({ rc: 0, stdout: text(fcontextLines(state, params)) }),
  'selinux.module': (state, params) => ({ rc: 0, stdout: text(moduleLines(state, textOf(params, 'name'))) }),
  'selinux.denials': (state, params) => ({ rc: 0, stdout: text(denialLines(state, params)) }),
  'selinux.port_users': (state, params) => ({ rc: 0, stdout: text(portUserLines(state, params)) }),
  'selinux.refused': (state, params) => ({ rc: 0, stdout: text(refusedLines(state, textOf(params, 'domain'))) }),
  'selinux.remedies': (state, params) => ({ rc: 0, stdout: text(gatherLines(state, textOf(params, 'domain'))) }),
};

function statusLines(state: HostState): readonly string[] {
  return [
    'mounted yes',
    `enforce ${state.mode === 'enforcing' ? 1 : 0}`,
    'version 33',
    'mls 1',
    'deny_unknown 0',
    `configured ${state.mode}`,
    `policy ${state.distribution.policy}`,
    `getenforce ${state.mode === 'enforcing' ? 'Enforcing' : 'Permissive'}`,
    'permissive-read yes',
  ];
}

function accessLines(state: HostState, params: JsonObject): readonly string[] {
  const [source, target] = [textOf(params, 'source'), textOf(params, 'target')];
  return ['selinux yes', accessLine(state, source, target, textOf(params, 'class'), textOf(params, 'permission'))];
}

function namesIn(params: JsonObject): readonly string[] {
  const { names } = params;
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
}

function booleanLines(state: HostState, names: readonly string[]): readonly string[] {
  const wanted = [...state.booleans].filter(([name]) => names.length === 0 || names.includes(name));
  const word = (value: boolean) => (value ? 'on' : 'off');
  return [
    'selinux yes',
    ...wanted.map(([name, { active }]) => `bool ${name} ${active ? 1 : 0} ${active ? 1 : 0}`),
    'bool-store yes',
    ...[...state.booleans].flatMap(([name, { local }]) =>
      local === undefined ? [] : [`bool-local ${name}=${local ? 1 : 0}`],
    ),
    // semanage is slow: it is asked only about one that is on and has no record.
    ...wanted.flatMap(([name, { active, local }]) =>
      active && local === undefined ? [`bool-listed ${name}   (${word(active)} , ${word(false)})`] : [],
    ),
  ];
}

function portLines(state: HostState): readonly string[] {
  return [
    'ports-store yes',
    ...state.ports.map(({ protocol, port, type }) => `ports-local portcon ${protocol} ${port} ${objectContext(type)}`),
    ...state.ports.map(({ protocol, port, type }) => `ports ${type} ${protocol} ${port}`),
    ...state.distribution.portLines.map((line) => `ports ${line}`),
    'ports-rc 0',
  ];
}

function typeLine(state: HostState, type: string): string {
  return `type ${type} ${knowsType(state, type) ? type : '-'}`;
}

function contextLines(state: HostState, path: string): readonly string[] {
  const node = state.files.get(path);
  const expected = expectedType(state, path);
  return [
    'selinux yes',
    `actual ${node === undefined ? '-' : objectContext(node.type)}`,
    `expected ${objectContext(expected)}`,
    typeLine(state, expected),
    ...(node === undefined ? [] : [typeLine(state, node.type)]),
    ...ruleLines(state),
  ];
}

function fcontextLines(state: HostState, params: JsonObject): readonly string[] {
  const spec = ruleSpec(state, textOf(params, 'path'));
  const restore = textOf(params, 'restore') || specOf(textOf(params, 'path'));
  const below = [...state.files].filter(([path]) => path === restore || path.startsWith(`${restore}/`));
  return [
    'selinux yes',
    `spec ${spec}`,
    ...ruleLines(state),
    typeLine(state, textOf(params, 'type')),
    `expected ${objectContext(expectedType(state, restore))}`,
    'customizable sandbox_file_t',
    ...below.map(([path, node]) => `label ${objectContext(node.type)} ${path}`),
    ...below.map(([, node]) => typeLine(state, node.type)),
    typeLine(state, expectedType(state, restore)),
    'semanage yes',
  ];
}

function moduleLines(state: HostState, name: string): readonly string[] {
  const cil = state.modules.get(name);
  return ['store yes', ...(cil === undefined ? [] : ['priority 400', 'language cil', `cil ${hex(cil)}`])];
}

function denialLines(state: HostState, params: JsonObject): readonly string[] {
  const since = textOf(params, 'since');
  const now = state.clock.now();
  const from = since === 'change' ? state.marked : now - (parseDuration(since) ?? 3_600_000 * 24 * 30);
  const command = textOf(params, 'command');
  const records = state.auditLog.filter(
    ({ at, text: record }) => at >= from && (command === '' || record.includes(`comm="${command}"`)),
  );
  return [
    'selinux yes',
    `now ${Math.floor(now / 1000)}`,
    `from ${Math.floor(from / 1000)}`,
    'auditd yes',
    ...records.map((record) => `avc ${record.text}`),
    records.length > 0 ? 'source ausearch 0 ' : 'source ausearch 1 <no matches>',
  ];
}

/** Domains and programs that run on every host of the fleet, and the backend's. */
function processesOf({ backend }: HostState): readonly (readonly [domain: string, comm: string])[] {
  return [
    ['init_t', 'systemd'],
    ['auditd_t', 'auditd'],
    ['sshd_t', 'sshd'],
    ['httpd_t', 'nginx'],
    [backend.domain, backend.comm],
  ];
}

function processLines(state: HostState, types: readonly string[]): readonly string[] {
  const domains = [...new Set(processesOf(state).map(([domain]) => domain))];
  return [
    ...processesOf(state).map(([domain, comm]) => `process ${domain} ${comm}`),
    ...domains.flatMap((domain) => types.map((type) => accessLine(state, domain, type, 'tcp_socket', 'name_bind'))),
  ];
}

function portUserLines(state: HostState, params: JsonObject): readonly string[] {
  const { backend, upstream } = state;
  const listens = upstream.kind === 'tcp' && backend.listening && upstream.port === params['port'];
  return [
    'selinux yes',
    ...processLines(state, [textOf(params, 'type'), 'ssh_port_t', 'dns_port_t']),
    ...(listens ? [`listener ${backend.domain} 2204 ${backend.comm}`] : []),
  ];
}

/** What the kernel refuses the worker today. */
function refusedLines(state: HostState, worker: string): readonly string[] {
  const { upstream } = state;
  const ask = (target: string, className: string, permission: string) =>
    accessLine(state, worker, target, className, permission);
  return [
    `mode ${state.mode}`,
    ...portLines(state),
    ...state.distribution.portTypes.map((type) => ask(type, 'tcp_socket', 'name_connect')),
    ...(upstream.kind === 'unix' ? socketLines(state, upstream.path, ask) : []),
  ];
}

/** Everything that the choice of remedies may ask for; it takes from these lines what it needs. */
function gatherLines(state: HostState, worker: string): readonly string[] {
  const { backend, upstream } = state;
  const ask = (target: string, className: string, permission: string) =>
    accessLine(state, worker, target, className, permission);
  return [
    `mode ${state.mode}`,
    ...booleanLines(state, []),
    ...ruleLines(state),
    ...processLines(state, state.distribution.portTypes),
    ...['http_port_t', 'httpd_var_run_t', 'httpd_runtime_t'].map((type) => typeLine(state, type)),
    ...portLines(state),
    ...state.distribution.portTypes.map((type) => ask(type, 'tcp_socket', 'name_connect')),
    'listener 80 httpd_t',
    'listener 22 sshd_t',
    ...(upstream.kind === 'tcp' && backend.listening ? [`listener ${upstream.port} ${backend.domain}`] : []),
    'sesearch yes',
    ...state.distribution.connectRules.map((rule) => `rule ${rule}`),
    'semanage yes',
    ...deniedAccesses(state).map(([target, className, permission]) => ask(target, className, permission)),
    ...(upstream.kind === 'unix' ? socketLines(state, upstream.path, ask) : []),
  ];
}

type Ask = (target: string, className: string, permission: string) => string;

/** Target, class and permission of every denial in the log, once. */
function deniedAccesses(state: HostState): readonly (readonly [string, string, string])[] {
  const found = state.auditLog.flatMap(({ text: record }) => {
    const [, permission, target, className] = / \{ (\w+) \} .* tcontext=(\S+) tclass=(\w+)/.exec(record) ?? [];
    return permission && target && className ? [[target, className, permission] as const] : [];
  });
  return [...new Map(found.map((access) => [access.join(' '), access])).values()];
}

function socketLines(state: HostState, path: string, ask: Ask): readonly string[] {
  const directories = directoriesOf(state, path).toReversed();
  const above = directories[0];
  const socket = state.files.get(path);
  const look = (at: string, type: string, className: string, permission: string) => [
    `label ${objectContext(type)} ${at}`,
    `expected ${objectContext(expectedType(state, at))} ${at}`,
    typeLine(state, type),
    typeLine(state, expectedType(state, at)),
    ask(objectContext(type), className, permission),
  ];
  const listener = processContext(state.backend.domain);
  return [
    `socket ${path}`,
    ...(socket === undefined ? [] : look(path, socket.type, 'sock_file', 'write')),
    ...directories.flatMap((directory) => look(directory.path, directory.node.type, 'dir', 'search')),
    // The unit says RuntimeDirectory=, so systemd makes it anew, rightly labelled, at each start.
    ...(above === undefined
      ? []
      : [`owner 755 ${above.node.owner} ${above.node.group} ${above.path}`, `recreated ${above.path}`]),
    ...(state.backend.listening
      ? [`unix-listener ${listener} ${path}`, ask(listener, 'unix_stream_socket', 'connectto')]
      : []),
    ...['httpd_var_run_t', 'httpd_runtime_t'].flatMap((type) => [
      ask(type, 'dir', 'search'),
      ask(type, 'sock_file', 'write'),
    ]),
  ];
}
