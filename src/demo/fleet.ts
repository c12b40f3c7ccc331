import type { Verdict } from '../model/result.ts';
import type { SimulatedHost } from '../model/simulated-host.ts';
import { debian12 } from './debian-12.ts';
import type { Distribution } from './distribution.ts';
import { el9 } from './el-9.ts';
import { fileNode } from './file-node.ts';
import { type Backend, type HostState, hostClock, type Upstream } from './host-state.ts';
import { requestsBefore } from './request.ts';
import { simulate } from './simulate.ts';

/** How the flagship runbook ends on a host: in the dry run, in the first real run, and in every later one. */
export interface ExpectedVerdicts {
  readonly dryRun: Verdict;
  readonly first: Verdict;
  readonly again: Verdict;
}

/** One simulated host of the demo. */
export interface DemoHost {
  readonly name: string;
  /** What is wrong with it, in at most 38 characters. The runbook finds that out by itself. */
  readonly cause: string;
  readonly expected: ExpectedVerdicts;
  readonly host: SimulatedHost;
  readonly state: HostState;
}

const mended: ExpectedVerdicts = { dryRun: 'would_fix', first: 'fixed', again: 'healthy' };
const well: ExpectedVerdicts = { dryRun: 'healthy', first: 'healthy', again: 'healthy' };
const notOurs: ExpectedVerdicts = { dryRun: 'not_applicable', first: 'not_applicable', again: 'not_applicable' };

const app: Backend = { comm: 'node', unit: 'app.service', domain: 'unconfined_service_t', listening: true };
/** Where a service without a domain of its own runs in initrc_t. */
const onDebian = { distribution: debian12, backend: { ...app, domain: 'initrc_t' } };
const tcp = (port: number): Upstream => ({ kind: 'tcp', port });

/** Eight hosts behind nginx, six like RHEL 9 and two like Debian 12: six answer 502, each for another reason, two are well. */
export function createDemoFleet(now: () => number): readonly DemoHost[] {
  return [
    demoHost(now, 'web01', 'a boolean is off', mended, { upstream: tcp(9000), backend: app }),
    demoHost(now, 'web02', 'port 3000 is labelled for ntop', mended, {
      ...onDebian,
      upstream: tcp(3000),
      on: ['httpd_graceful_shutdown'],
    }),
    demoHost(now, 'web03', 'port 8080 is labelled for web caches', mended, {
      upstream: tcp(8080),
      backend: { ...app, comm: 'java', unit: 'tomcat.service' },
    }),
    demoHost(now, 'web04', 'a socket has the wrong label', mended, {
      upstream: { kind: 'unix', path: '/run/app/app.sock', scheme: 'http' },
      backend: { ...app, comm: 'gunicorn' },
    }),
    demoHost(now, 'web05', 'file rights of a socket, not SELinux', mended, {
      upstream: { kind: 'unix', path: '/run/php-fpm/www.sock', scheme: 'fastcgi' },
      backend: { comm: 'php-fpm', unit: 'php-fpm.service', domain: 'httpd_t', listening: true },
    }),
    demoHost(now, 'web06', 'the application is down', notOurs, {
      upstream: tcp(9000),
      backend: { ...app, listening: false },
      on: ['httpd_graceful_shutdown'],
    }),
    demoHost(now, 'web07', 'nothing is wrong', well, {
      upstream: tcp(9000),
      backend: app,
      on: ['httpd_graceful_shutdown'],
    }),
    demoHost(now, 'web08', 'permissive SELinux, only old denials', well, {
      ...onDebian,
      upstream: tcp(3000),
      mode: 'permissive',
    }),
  ];
}

interface Differences {
  readonly distribution?: Distribution;
  readonly upstream: Upstream;
  readonly backend: Backend;
  readonly mode?: HostState['mode'];
  /** Booleans that are on. */
  readonly on?: readonly string[];
}

function demoHost(
  now: () => number,
  name: string,
  cause: string,
  expected: ExpectedVerdicts,
  differences: Differences,
): DemoHost {
  const state = newState(now, `${name}.demo`, differences);
  if (state.mode === 'enforcing') requestsBefore(state, 15, 20_000, 'enforcing');
  else {
    // It denied, until somebody made it permissive three days ago.
    requestsBefore(state, 15, 3 * 86_400_000, 'enforcing');
    requestsBefore(state, 15, 600_000, 'permissive');
  }
  return { name: state.name, cause, expected, host: simulate(state), state };
}

function newState(now: () => number, name: string, differences: Differences): HostState {
  const { distribution = el9, upstream, backend, mode = 'enforcing', on = [] } = differences;
  return {
    name,
    distribution,
    mode,
    booleans: new Map(
      distribution.booleans.map((each) => [
        each,
        on.includes(each) ? { active: true, local: true } : { active: false },
      ]),
    ),
    ports: [],
    labelRules: new Map(),
    modules: new Map(),
    files: filesOf(upstream),
    upstream,
    backend,
    errorLog: [],
    auditLog: [],
    marked: now(),
    clock: hostClock(now),
  };
}

/** The directories and the socket on nginx's way; php-fpm's own has the right label and the wrong rights. */
function filesOf(upstream: Upstream): HostState['files'] {
  const root = fileNode('directory', 'root', 'root', '0755', 'root_t');
  const run = fileNode('directory', 'root', 'root', '0755', 'var_run_t');
  const files: HostState['files'] = new Map([
    ['/', root],
    ['/run', run],
  ]);
  if (upstream.kind === 'tcp') return files;
  const directory = upstream.path.slice(0, upstream.path.lastIndexOf('/'));
  const [owner, mode, type] =
    upstream.scheme === 'http' ? ['app', '0666', 'var_run_t'] : ['root', '0660', 'httpd_var_run_t'];
  files.set(directory, fileNode('directory', owner, owner, '0755', type));
  files.set(upstream.path, fileNode('socket', owner, owner, mode, type));
  return files;
}
