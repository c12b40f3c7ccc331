import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import booleanAction from '../../../src/packs/selinux/boolean-action.ts';
import fcontextAction from '../../../src/packs/selinux/fcontext-action.ts';
import { gatherScript } from '../../../src/packs/selinux/gather-script.ts';
import portAction from '../../../src/packs/selinux/port-action.ts';
import { FakeRoot, shells } from './shell-kit.ts';

// A bare host: no semanage, no setools. The store's modules are plain text here; compressed ones are the lab's matter.

const store = 'var/lib/selinux/targeted/active';
const base = `(type ntop_port_t)
(boolean httpd_can_network_connect false)
(portcon tcp 80 (system_u object_r http_port_t ((s0) (s0))))
(portcon tcp (3000 3001) (system_u object_r ntop_port_t ((s0) (s0))))
(portcon udp (3000 3001) (system_u object_r ntop_port_t ((s0) (s0))))
(portcon tcp (1024 65535) (system_u object_r unreserved_port_t ((s0) (s0))))
`;

let root: FakeRoot;
beforeEach(() => {
  root = new FakeRoot();
  root.file('etc/selinux/config', 'SELINUXTYPE=targeted\n');
  root.file('selinux/enforce', '1');
  root.file('selinux/mls', '1');
  root.file('selinux/class/tcp_socket/index', '7');
  root.file('selinux/class/tcp_socket/perms/name_connect', '23');
  root.file(`${store}/modules/100/base/cil`, base);
  root.file(`${store}/modules/100/base/lang_ext`, 'pp');
  root.file(`${store}/modules/100/apache/cil`, '(portcon tcp 9 (system_u object_r http_port_t ((s0) (s0))))\n');
  root.file(`${store}/modules/100/apache/lang_ext`, 'pp');
  root.file(`${store}/modules/400/site/cil`, '(portcon tcp 4000 (system_u object_r http_port_t ((s0) (s0))))\n');
  root.file(`${store}/modules/400/site/lang_ext`, 'cil');
  root.file('var/lib/selinux/targeted/semanage.trans.LOCK', '');
});
afterEach(() => root.remove());

const text = (name: string) => readFileSync(join(root.path, name), 'utf8');

describe.each(shells.map((shell) => [shell[0], shell] as const))('without tools, under %s', (_name, shell) => {
  const inspectPort = (port: number, after_install: boolean) =>
    portAction.inspect(root.inspector(shell), { port, protocol: 'tcp', type: 'http_port_t', after_install } as never);

  it('reads port labels from the base module and modules in CIL, which alone can hold them', async () => {
    expect(await inspectPort(3000, true)).toEqual({ effective: 'ntop_port_t', local: '', in_base: false });
    expect(await inspectPort(80, true)).toEqual({ effective: 'http_port_t', local: '', in_base: true });
    expect(await inspectPort(4000, true)).toMatchObject({ effective: 'http_port_t' });
    expect(await inspectPort(9, true)).toMatchObject({ effective: 'port_t' });
  });

  it('changes a label only where semanage comes first', async () => {
    expect(await inspectPort(3000, false)).toMatchObject({
      reason: expect.stringContaining('policycoreutils-python-utils'),
    });
    const fcontext = (after_install: boolean) =>
      fcontextAction.inspect(root.inspector(shell), {
        path: '/run/app(/.*)?',
        type: 'httpd_var_run_t',
        restore: '',
        after_install,
      } as never);
    root.file('selinux/context', `${'x'.repeat(40)}system_u:object_r:httpd_var_run_t:s0`);
    expect(await fcontext(false)).toMatchObject({ reason: expect.stringContaining('semanage is missing') });
    expect(await fcontext(true)).toMatchObject({ spec: '/run/app(/.*)?', local: '' });
  });

  it('takes a boolean back without a trace: the policy’s own default counts again', () => {
    root.file(`${store}/booleans.local`, '# disclaimer\nhttpd_graceful_shutdown=1\nhttpd_can_network_connect=1\n');
    root.program('setsebool', 'echo "setsebool $*" >> "$ROOT/log"');
    root.program('flock', 'exit 0');
    const { rollback } = booleanAction;
    if (rollback.kind !== 'undo') throw new Error('selinux.boolean has no undo');
    const name = 'httpd_can_network_connect';
    const change = { persistent: [{ name, from: false, to: true }], runtime: [] };
    for (const command of rollback.undo(change, { name, value: false })) expect(root.run(shell, command).rc).toBe(0);
    expect(text('log').trim().split('\n')).toEqual([
      'setsebool -V -P httpd_can_network_connect=0',
      'setsebool -V httpd_can_network_connect=0',
      'setsebool -V httpd_can_network_connect=0',
    ]);
    expect(text(`${store}/booleans.local`)).toBe('# disclaimer\nhttpd_graceful_shutdown=1\n');
  });

  it('asks audit2why about what is denied, where there is no sesearch', () => {
    // A file keeps what was written before, so that only the longest question gets a clean answer.
    root.file('selinux/access', `${' '.repeat(200)}0 ffffffff 0 ffffffff 7 0\n`);
    root.program('audit2why', 'tee "$ROOT/asked"');
    root.program('ss', 'exit 0');
    const variables = {
      worker: 'system_u:system_r:httpd_t:s0',
      names: '',
      types: '',
      targets: 'system_u:object_r:ntop_port_t:s0 tcp_socket name_connect',
      paths: '',
      tcp_ports: '3000',
      connects: 'yes',
    };
    const { stdout } = root.run(shell, { script: gatherScript, variables });
    expect(stdout).toContain('\naudit2why yes\n');
    expect(stdout).toContain('\nports ntop_port_t tcp 3000-3001\n');
    const asked = text('asked');
    expect(asked).toContain('denied  { name_connect } for  pid=1 comm="nginx" scontext=system_u:system_r:httpd_t:s0');
    expect(asked).toContain('tcontext=system_u:object_r:unreserved_port_t:s0 tclass=tcp_socket permissive=0');
    expect(stdout).toContain(`\nwhy ${asked.split('\n')[0]}`);
  });
});
