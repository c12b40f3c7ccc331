import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Command } from '../../../src/model/command.ts';
import { Unknown } from '../../../src/model/unknown.ts';
import { driftScript, refusedScript } from '../../../src/packs/selinux/gather-script.ts';
import refusedProbe from '../../../src/packs/selinux/refused-probe.ts';
import { FakeRoot, shells } from './shell-kit.ts';
import { factsOf, httpd, type SimulatedPolicy } from './simulated-policy.ts';

const el9: SimulatedPolicy = { family: 'fedora' };
const tcp = (port: number) => ({ kind: 'tcp', peer: `127.0.0.1:${port}`, address: '127.0.0.1', port, errno: 13 });
const unix = (path: string) => ({ kind: 'unix', peer: `unix:${path}`, path, errno: 13 });
const app = { path: '/run/app/app.sock', directoryType: 'var_run_t', type: 'var_run_t', listener: 'init_t' };

/** What the probe answers on such a host, and how often it asked it. */
async function refused(policy: SimulatedPolicy, backends: readonly object[], upstreams: readonly object[] = backends) {
  const commands: Command[] = [];
  const run = async (command: Command) => {
    commands.push(command);
    return { rc: 0, stdout: factsOf(policy), stderr: '', truncated: false, ms: 1 };
  };
  const domain = policy.worker ?? httpd;
  const found = await refusedProbe.read({ since: 0, run }, { domain, backends, upstreams } as never);
  return { found, asked: commands.length };
}

describe('what SELinux refuses to nginx at this moment', () => {
  it.each<[string, SimulatedPolicy, readonly object[], readonly object[] | undefined, readonly object[]]>([
    ['a port', el9, [tcp(3000)], undefined, [{ peer: '127.0.0.1:3000', access: 'tcp/3000 (ntop_port_t)' }]],
    [
      'not one that the policy allows by now',
      { ...el9, on: ['httpd_can_network_connect'] },
      [tcp(3000)],
      undefined,
      [],
    ],
    [
      'by the label that it has now',
      { ...el9, on: ['httpd_graceful_shutdown'], local: ['portcon tcp 3000 system_u:object_r:http_port_t:s0'] },
      [tcp(3000)],
      undefined,
      [],
    ],
    ['not one that is configured no more', el9, [tcp(3000)], [tcp(443)], []],
    ['nothing where nginx has no backend any more', el9, [tcp(3000)], [], []],
    [
      'any, where a variable decides',
      el9,
      [tcp(3000)],
      [{ kind: 'tcp', peer: '$up', dynamic: true }],
      [{ peer: '127.0.0.1:3000', access: 'tcp/3000 (ntop_port_t)' }],
    ],
    [
      'a socket',
      { ...el9, sockets: [app] },
      [unix(app.path)],
      undefined,
      [{ peer: 'unix:/run/app/app.sock', access: 'unix:/run/app/app.sock: write to the socket (var_run_t)' }],
    ],
    ['nothing while SELinux only logs', { ...el9, mode: 'permissive' }, [tcp(3000)], undefined, []],
    ['nothing of a permissive domain', { ...el9, permissiveDomain: true }, [tcp(3000)], undefined, []],
    ['nothing without SELinux', { ...el9, mode: 'disabled' }, [tcp(3000)], undefined, []],
  ])('%s', async (_title, policy, backends, upstreams, want) => {
    expect((await refused(policy, backends, upstreams)).found).toEqual(want);
  });
  it('asks the host nothing where nothing is asked', async () => {
    expect(await refused(el9, [])).toEqual({ found: [], asked: 0 });
    expect(await refused(el9, [tcp(3000)], [tcp(443)])).toEqual({ found: [], asked: 0 });
  });
  it('is unknown where the port labels cannot be read, not empty', async () => {
    const { found } = await refused({ ...el9, semanage: false }, [tcp(3000)]);
    expect(found).toBeInstanceOf(Unknown);
    expect(found).toMatchObject({ reason: expect.stringContaining('tcp/3000') });
  });
});

describe.each(shells.map((shell) => [shell[0], shell] as const))('the short scripts, under %s', (_name, shell) => {
  let root: FakeRoot;
  beforeEach(() => {
    root = new FakeRoot();
    root.file('etc/selinux/config', 'SELINUXTYPE=targeted\n');
    root.file('selinux/enforce', '1');
    root.file('selinux/mls', '1');
    root.file('selinux/class/tcp_socket/index', '7');
    root.file('selinux/class/tcp_socket/perms/name_connect', '23');
    root.file('selinux/access', `${' '.repeat(200)}0 ffffffff 0 ffffffff 7 0\n`);
    root.file('var/lib/selinux/targeted/active/ports.local', 'portcon tcp 4000 system_u:object_r:http_port_t:s0\n');
    root.file('var/lib/selinux/targeted/active/booleans.local', 'b_here=1\n');
    root.program(
      'semanage',
      'echo "semanage $*" >> "$ROOT/log"; case $1 in port) echo "ntop_port_t tcp 3000-3001"; echo "reserved_port_t tcp 1-511" ;; *) echo "a_gone   (on   ,  off)  text" ;; esac',
    );
    for (const tool of ['sesearch', 'audit2why']) root.program(tool, `echo ${tool} >> "$ROOT/log"`);
    root.program('ss', 'exit 0');
  });
  afterEach(() => root.remove());
  const told = () => root.run(shell, { script: 'cat "$ROOT/log" 2>/dev/null', variables: {} }).stdout;

  it('ask the kernel about the types of these ports alone, and nothing about what would help', () => {
    const variables = { worker: httpd, tcp_ports: '3000 4000', connects: 'yes', paths: '' };
    const { stdout } = root.run(shell, { script: refusedScript, variables });
    const asked = [...stdout.matchAll(/^access \S+ (\S+) tcp_socket name_connect/gm)].map(([, type]) => type);
    expect(new Set(asked)).toEqual(new Set(['ntop_port_t', 'http_port_t', 'port_t']));
    expect(stdout).toContain('\nports ntop_port_t tcp 3000-3001\n');
    expect(told()).toBe('semanage port -l\n');
  });
  it.each([
    ['off', 'a_gone', '0', '', undefined],
    ['on, with a record', 'b_here', '1', '', undefined],
    ['on, without a record', 'a_gone', '1', 'semanage boolean -l -n\n', 'bool-listed a_gone   (on   ,  off)  text'],
  ])('ask semanage only about a boolean that is on and has no record: %s', (_title, name, value, log, line) => {
    root.file(`selinux/booleans/${name}`, `${value} ${value}`);
    const { stdout } = root.run(shell, { script: driftScript, variables: { worker: httpd, names: name } });
    expect(stdout).toContain('mode enforcing\n');
    expect(told()).toBe(log);
    if (line !== undefined) expect(stdout).toContain(line);
  });
});
