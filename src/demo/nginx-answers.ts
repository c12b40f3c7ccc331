import { parseDuration } from '../model/duration.ts';
import { isObject, type JsonObject } from '../model/json.ts';
import type { SimulatedAnswer } from '../model/simulated-host.ts';
import type { HostState } from './host-state.ts';
import { text, textOf } from './lines.ts';
import { workerContext } from './policy.ts';
import { workerPid } from './request.ts';

// What the scripts of src/packs/nginx print on this host. A probe that runs two of them finds the lines of both in each
// answer: their first letters differ, and each parser leaves the other's alone.

export const nginxAnswers: {
  readonly [name: string]: (state: HostState, params: JsonObject) => SimulatedAnswer;
} = {
  'nginx.worker': (state) => ({ rc: 0, stdout: text(processLines(state)) }),
  'nginx.config': (state) => ({ rc: 0, stdout: text([...processLines(state), ...configLines(state)]) }),
  'nginx.upstreams': (state) => ({ rc: 0, stdout: text([...processLines(state), ...configLines(state)]) }),
  'nginx.upstream_errors': (state, params) => ({
    rc: 0,
    stdout: text([...withoutFolders(processLines(state)), ...configLines(state), ...logLines(state, params)]),
  }),
  'nginx.backends': (state, params) => ({ rc: 0, stdout: text(listenerLines(state, params)) }),
};

/** In an answer about logs, W says that a log grew beyond what was read. */
function withoutFolders(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => !line.startsWith('W '));
}

const masterPid = 1180;
const upMs = 9 * 3_600_000;

function processLines(state: HostState): readonly string[] {
  const now = state.clock.now();
  const { worker } = state.distribution;
  const of = (pid: number, parent: number, uid: number, title: string) => [
    `P ${pid} ${parent} ${uid} 2000 1`,
    `T ${title}`,
    'X /usr/sbin/nginx',
    'W /',
    `A ${workerContext}`,
    'C 0::/system.slice/nginx.service',
    `U ${uid} ${uid === 0 ? 'root' : worker.user}`,
  ];
  return [
    `B ${Math.floor((now - upMs) / 1000)} ${(upMs / 1000).toFixed(2)} ${(now / 1000).toFixed(9)} 100`,
    'L selinux',
    ...of(masterPid, 1, 0, 'nginx: master process /usr/sbin/nginx'),
    ...of(workerPid, masterPid, worker.id, 'nginx: worker process'),
  ];
}

const mainFile = (user: string): string => `user ${user};
worker_processes auto;
error_log /var/log/nginx/error.log;
pid /run/nginx.pid;
events { worker_connections 1024; }
http {
    include /etc/nginx/conf.d/*.conf;
}`;

function siteFile({ upstream, name }: HostState): string {
  const pass =
    upstream.kind === 'tcp'
      ? `proxy_pass http://127.0.0.1:${upstream.port};`
      : upstream.scheme === 'http'
        ? `proxy_pass http://unix:${upstream.path};`
        : `fastcgi_pass unix:${upstream.path};`;
  return `server {
    listen 80 default_server;
    server_name ${name};
    location / { ${pass} }
}`;
}

function configLines(state: HostState): readonly string[] {
  const [main, site] = ['/etc/nginx/nginx.conf', '/etc/nginx/conf.d/app.conf'];
  const whole = mainFile(state.distribution.worker.user);
  const changed = Math.floor((state.clock.now() - 40 * 86_400_000) / 1000);
  const file = (path: string, content: string) => [`F ${path}`, ...content.split('\n').map((line) => `|${line}`)];
  return [
    'N /usr/sbin/nginx',
    `V nginx version: nginx/${state.distribution.nginx}`,
    'V configure arguments: --prefix=/usr/share/nginx --sbin-path=/usr/sbin/nginx --conf-path=/etc/nginx/nginx.conf --error-log-path=/var/log/nginx/error.log',
    `Q ${main}`,
    `G ${main}`,
    `M ${main}`,
    'G /etc/nginx/conf.d/*.conf',
    `M ${site}`,
    `S ${changed}.000 ${changed}.000 ${whole.length + 1} ${main}`,
    `S ${changed}.000 ${changed}.000 ${siteFile(state).length + 1} ${site}`,
    ...file(main, whole),
    ...file(site, siteFile(state)),
    `D ${changed}.000 /etc/nginx/conf.d`,
  ];
}

function logLines(state: HostState, params: JsonObject): readonly string[] {
  const now = Math.floor(state.clock.now() / 1000);
  const since = textOf(params, 'since');
  const from = since === 'change' ? Math.ceil(state.marked / 1000) : now - (parseDuration(since) ?? upMs) / 1000;
  const marker = ' while connecting to upstream';
  const lines = state.errorLog.filter(({ at }) => Math.floor(at / 1000) >= from);
  return [
    `Z +0000 ${now} ${from}`,
    'L read /var/log/nginx/error.log',
    ...lines.map(({ text: line }) => `E ${line.slice(0, line.indexOf(marker) + marker.length)}`),
  ];
}

function listenerLines(state: HostState, { units = {} }: JsonObject): readonly string[] {
  const { backend, upstream } = state;
  const pid = 2204;
  const socket =
    upstream.kind === 'tcp'
      ? `T 0100007F:${upstream.port.toString(16).toUpperCase().padStart(4, '0')} 40100`
      : `X 40100 ${upstream.path}`;
  return [
    'A 127.0.0.1',
    '6 00000000000000000000000000000001',
    ...(backend.listening
      ? [socket, `O 40100 ${pid}`, `P ${pid} ${backend.comm}`, `C ${pid} 0::/system.slice/${backend.unit}`]
      : []),
    // Told of units that were asked for only.
    ...(isObject(units) && Object.values(units).includes(backend.unit)
      ? [`U ${backend.unit} ${backend.listening ? 'active' : 'inactive'}`]
      : []),
  ];
}
