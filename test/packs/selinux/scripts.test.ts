import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Action } from '../../../src/model/action.ts';
import type { Probe } from '../../../src/model/probe.ts';
import { Unknown } from '../../../src/model/unknown.ts';
import accessProbe from '../../../src/packs/selinux/access-probe.ts';
import booleanAction from '../../../src/packs/selinux/boolean-action.ts';
import booleanProbe from '../../../src/packs/selinux/boolean-probe.ts';
import booleansProbe from '../../../src/packs/selinux/booleans-probe.ts';
import denialsProbe from '../../../src/packs/selinux/denials-probe.ts';
import fcontextAction from '../../../src/packs/selinux/fcontext-action.ts';
import moduleAction from '../../../src/packs/selinux/module-action.ts';
import { sha256 } from '../../../src/packs/selinux/module-state.ts';
import portAction from '../../../src/packs/selinux/port-action.ts';
import remediesProbe from '../../../src/packs/selinux/remedies-probe.ts';
import statusProbe from '../../../src/packs/selinux/status-probe.ts';
import { FakeRoot, shells } from './shell-kit.ts';

let root: FakeRoot;
beforeEach(() => {
  root = new FakeRoot();
  root.file('etc/selinux/config', '# comment\nSELINUX=enforcing\nSELINUXTYPE=targeted\n');
  root.file('selinux/enforce', '1');
  root.file('selinux/mls', '1');
  root.file('selinux/policyvers', '33');
  root.file('selinux/deny_unknown', '0');
  root.file('selinux/class/tcp_socket/index', '7');
  root.file('selinux/class/tcp_socket/perms/name_connect', '23');
  for (const name of ['httpd_graceful_shutdown', 'httpd_can_network_connect'])
    root.file(`selinux/booleans/${name}`, '0 0');
  root.file('var/lib/selinux/targeted/active/booleans.local', '# disclaimer\nhttpd_can_network_connect=1\n');
});
afterEach(() => root.remove());

const read = (shell: readonly string[], probe: Probe, params: object) =>
  probe.read(root.inspector(shell), params as never);
const inspect = (shell: readonly string[], action: Action, params: object) =>
  action.inspect(root.inspector(shell), params as never);
const programs = (...pairs: readonly (readonly [string, string])[]) => {
  for (const [name, script] of pairs) root.program(name, script);
};
/** Each argument of each call on one line, in `log`. */
const logged = (name: string, rest = '') =>
  [
    name,
    `printf '%s' "${name}" >> "$ROOT/log"; for a in "$@"; do printf ' %s' "$a" >> "$ROOT/log"; done; echo >> "$ROOT/log"; ${rest}`,
  ] as const;
const log = () => readFileSync(join(root.path, 'log'), 'utf8').trim().split('\n');

describe.each(shells.map((shell) => [shell[0], shell] as const))('under %s', (_name, shell) => {
  it('asks the kernel about an access, and leaves what it does not know open', async () => {
    const source = 'system_u:system_r:httpd_t:s0';
    const question = `${source} system_u:object_r:http_port_t:s0 7`;
    const params = { source, target: 'http_port_t', class: 'tcp_socket', permission: 'name_connect' };
    // As selinuxfs does it: the answer is what a reader finds behind the question he wrote.
    for (const [answer, want] of [
      ['400000 ffffffff 0 ffffffff 1 0', { allowed: true, permissive: false }],
      ['0 ffffffff 0 ffffffff 1 1', { allowed: false, permissive: true }],
    ] as const) {
      root.file('selinux/access', `${'x'.repeat(question.length)}${answer}`);
      expect(await read(shell, accessProbe, params)).toEqual(want);
    }
    root.file('selinux/access', '');
    expect(await read(shell, accessProbe, params)).toBeInstanceOf(Unknown);
    expect(await read(shell, accessProbe, { ...params, permission: 'nonesuch' })).toBeInstanceOf(Unknown);
  });

  it('reads the status, with and without SELinux', async () => {
    expect(await read(shell, statusProbe, {})).toMatchObject({
      mode: 'enforcing',
      policy: 'targeted',
      policy_version: 33,
      mls: true,
      deny_unknown: false,
      fs_mounted: true,
    });
    const bare = new FakeRoot();
    expect(await statusProbe.read(bare.inspector(shell), {} as never)).toMatchObject({
      mode: 'disabled',
      policy: '',
      fs_mounted: false,
    });
    bare.remove();
  });

  it('reads booleans: the value now, and after a reboot where that is known', async () => {
    expect(await read(shell, booleanProbe, { name: 'httpd_can_network_connect' })).toEqual({
      exists: true,
      value: false,
      persistent: true,
    });
    expect(await read(shell, booleanProbe, { name: 'httpd_graceful_shutdown' })).toEqual({
      exists: true,
      value: false,
    });
    programs(['semanage', `echo 'httpd_graceful_shutdown        (off  ,  off)  Allow httpd to graceful shutdown'`]);
    expect(await read(shell, booleanProbe, { name: 'httpd_graceful_shutdown' })).toEqual({
      exists: true,
      value: false,
      persistent: false,
    });
    expect(await read(shell, booleanProbe, { name: 'nosuchbool' })).toEqual({ exists: false, value: false });
    expect(await read(shell, booleansProbe, { names: [] })).toHaveLength(2);
  });

  it('removes one boolean record and keeps the others, with their present values', () => {
    root.file(
      'var/lib/selinux/targeted/active/booleans.local',
      'httpd_can_network_connect=1\nhttpd_graceful_shutdown=1\n',
    );
    programs(logged('semanage', 'cat >> "$ROOT/log"'), logged('setsebool'));
    const change = { persistent: [{ name: 'httpd_can_network_connect', from: false, to: true }], runtime: [] };
    const { rollback } = booleanAction;
    if (rollback.kind !== 'undo') throw new Error('selinux.boolean has no undo');
    for (const command of rollback.undo(change, { name: 'httpd_can_network_connect', value: false })) {
      expect(root.run(shell, command).rc).toBe(0);
    }
    expect(log()).toEqual([
      'semanage import',
      'boolean -D',
      'boolean -m -1 httpd_graceful_shutdown',
      'setsebool -V httpd_graceful_shutdown=0',
      'setsebool -V httpd_can_network_connect=0',
    ]);
  });

  it.each([
    { title: 'known', persistent: false, rc: 0, does: ['setsebool -V -P httpd_can_network_connect=0'] },
    { title: 'not known', persistent: undefined, rc: 1, does: ['setsebool -V httpd_can_network_connect=1'] },
  ])('without semanage: the value after a reboot was $title', ({ persistent, rc, does }) => {
    programs(logged('setsebool'));
    const { rollback } = booleanAction;
    if (rollback.kind !== 'undo') throw new Error('selinux.boolean has no undo');
    const name = 'httpd_can_network_connect';
    const change = { persistent: [{ name, from: true, to: true }], runtime: [] };
    const before = { name, value: true, ...(persistent === undefined ? {} : { persistent }) };
    const [forget] = rollback.undo(change, before);
    const answer = forget && root.run(shell, forget);
    expect([answer?.rc, log()]).toEqual([rc, does]);
    expect(answer?.stderr).toContain('semanage is missing');
  });

  it.each([
    { title: 'off', value: '0 0', record: '', asked: false },
    { title: 'on, with a record', value: '1 1', record: 'httpd_graceful_shutdown=1\n', asked: false },
    { title: 'on, without a record', value: '1 1', record: '', asked: true },
  ])('F06: looks into semanage’s list for a boolean that is $title: $asked', async ({ value, record, asked }) => {
    root.file('selinux/booleans/httpd_graceful_shutdown', value);
    root.file('var/lib/selinux/targeted/active/booleans.local', record);
    root.file('selinux/access', '');
    programs(
      ['semanage', `echo 'httpd_graceful_shutdown        (on   ,  off)  Allow httpd to graceful shutdown'`],
      ['ss', 'exit 0'],
    );
    const found = await read(shell, remediesProbe, { domain: 'httpd_t', denials: [], upstreams: [], prefer: 'distro' });
    expect(found).toMatchObject({
      drift: asked ? ['httpd_graceful_shutdown: on now, off after a reboot'] : [],
    });
  });

  it.each([
    ['-s', false],
    ['--', false],
    ['', true],
  ])('counts a rule of the policy for file kind "%s" as one for all files: %s', async (kind, inBase) => {
    const context = 'system_u:object_r:web_t:s0';
    root.file('selinux/context', `${'x'.repeat(context.length)}${context}`);
    root.file(
      'etc/selinux/targeted/contexts/files/file_contexts',
      `/app/a\\.sock\t${kind}${kind && '\t'}system_u:object_r:old_t:s0\n`,
    );
    programs(['semanage', 'exit 0'], ['matchpathcon', `echo ${context}`]);
    expect(await inspect(shell, fcontextAction, { path: '/app/a\\.sock', type: 'web_t', restore: '' })).toMatchObject({
      in_base: inBase,
    });
  });

  it('follows links: nginx’s spelling of a socket and the application’s are one path', async () => {
    mkdirSync(join(root.path, 'run/app'), { recursive: true });
    symlinkSync(join(root.path, 'run'), join(root.path, 'linked'));
    const [real, linked] = ['run', 'linked'].map((each) => join(root.path, each, 'app/app.sock'));
    root.file('run/app/app.sock', '');
    root.file('selinux/access', '');
    for (const [nginx = '', application = ''] of [
      [real, linked],
      [linked, real],
      [linked, linked],
    ]) {
      programs(
        ['stat', 'exit 1'],
        [
          'ss',
          `case $1 in -lxpZ) echo 'u_str LISTEN 0      128      ${application} 12845            * 0    users:(("python3",pid=372,proc_ctx=u:r:initrc_t:s0,fd=3))' ;; esac`,
        ],
      );
      let printed = '';
      const inspector = {
        since: 0,
        run: async (command: never) => {
          const answer = root.run(shell, command);
          printed = answer.stdout;
          return answer;
        },
      };
      const upstreams = [{ kind: 'unix', path: nginx }];
      await remediesProbe.read(inspector, { domain: 'httpd_t', denials: [], upstreams, prefer: 'distro' } as never);
      expect(printed.split('\n')).toContain(`socket ${real}`);
      expect(printed.split('\n')).toContain(`unix-listener u:r:initrc_t:s0 ${real}`);
    }
  });

  it('reads port labels from semanage and the store, and says what is missing', async () => {
    const params = { port: 3000, protocol: 'tcp', type: 'http_port_t' };
    expect(await inspect(shell, portAction, params)).toMatchObject({
      reason: expect.stringContaining('policycoreutils-python-utils'),
    });
    programs(['semanage', `cat "$ROOT/list"`]);
    root.file(
      'list',
      'SELinux Port Type   Proto  Port Number\n\nhttp_port_t   tcp   3000, 80, 443\nntop_port_t  tcp  3000-3001\n',
    );
    root.file(
      'var/lib/selinux/targeted/active/ports.local',
      '# disclaimer\nportcon tcp 3000 system_u:object_r:http_port_t:s0\n',
    );
    expect(await inspect(shell, portAction, params)).toEqual({
      effective: 'http_port_t',
      local: 'http_port_t',
      in_base: false,
    });
    programs(['semanage', `echo 'ValueError: SELinux policy is not managed or store cannot be accessed.' >&2; exit 1`]);
    expect(await inspect(shell, portAction, params)).toMatchObject({
      reason: expect.stringContaining('root is needed'),
    });
  });

  it.each([
    ['ValueError: Port tcp/8080 is defined in policy, cannot be deleted', 0],
    ['ValueError: Port tcp/3000 is not defined', 0],
    ['BlockingIOError: [Errno 11]', 1],
  ])('takes a deleted port label as undone: %s', (text, rc) => {
    programs(['semanage', `echo '${text}' >&2; exit 1`]);
    const { rollback } = portAction;
    if (rollback.kind !== 'undo') throw new Error('selinux.port has no undo');
    const change = { port: 3000, protocol: 'tcp', from: 'ntop_port_t', to: 'http_port_t', how: 'add' };
    const [command] = rollback.undo(change, { effective: 'ntop_port_t', local: '', in_base: false });
    expect(command && root.run(shell, command).rc).toBe(rc);
  });

  it('finds denials with ausearch, and does not take its complaint for an empty log', async () => {
    const now = Math.floor(Date.now() / 1000);
    const avc = (age: number, comm: string) =>
      `type=AVC msg=audit(${now - age}.576:${age}): avc:  denied  { name_connect } for  pid=317 comm="${comm}" dest=3000 scontext=system_u:system_r:httpd_t:s0 tcontext=system_u:object_r:ntop_port_t:s0 tclass=tcp_socket permissive=0`;
    root.file('log.txt', [avc(7200, 'nginx'), avc(60, 'php-fpm'), avc(50, 'nginx'), avc(40, 'nginx'), ''].join('\n'));
    programs(['ausearch', 'case "$*" in *--input-logs*--raw*-ts\\ ??/??/*) cat "$ROOT/log.txt" ;; *) exit 9 ;; esac']);
    // A running auditd on this machine decides where else to look; both ways lead to these records.
    programs(['dmesg', 'exit 0'], ['journalctl', 'exit 0']);
    const found = await read(shell, denialsProbe, { command: 'nginx', since: '1h' });
    expect(found).toMatchObject([{ count: 2, port: 3000, target_type: 'ntop_port_t', comm: 'nginx' }]);
    programs(['ausearch', 'echo "<no matches>" >&2; exit 1']);
    expect(await read(shell, denialsProbe, { command: 'nginx', since: '1h' })).toEqual([]);
    programs(
      ['ausearch', 'echo "Error opening /var/log/audit/audit.log (Permission denied)" >&2; exit 1'],
      ['dmesg', 'echo "dmesg: read kernel buffer failed: Operation not permitted" >&2; exit 1'],
      ['journalctl', 'exit 1'],
    );
    expect(await read(shell, denialsProbe, { command: 'nginx', since: '1h' })).toMatchObject({
      reason: expect.stringContaining('Permission denied'),
    });
  });

  it('spells a label rule as the host wants it, and saves the labels that there are', async () => {
    const app = join(root.path, 'app');
    mkdirSync(app);
    root.file('app/a b.sock', '');
    // One length for every question, since this stand-in for the kernel's file answers behind a fixed number of bytes.
    root.file('selinux/context', `${'x'.repeat('system_u:object_r:web_t:s0'.length)}system_u:object_r:web_t:s0`);
    root.file('etc/selinux/targeted/contexts/files/file_contexts.subs_dist', `${root.path} /alias\n`);
    root.file(
      'etc/selinux/targeted/contexts/files/file_contexts.local',
      '/alias/app(/.*)?    system_u:object_r:web_t:s0\n',
    );
    programs(
      ['semanage', 'exit 0'],
      ['matchpathcon', 'echo system_u:object_r:web_t:s0'],
      [
        'find',
        'for f in "$1" "$1/a b.sock"; do case "$*" in *stat*) echo "system_u:object_r:tmp_t:s0 $f" ;; esac; done',
      ],
    );
    expect(await inspect(shell, fcontextAction, { path: `${app}(/.*)?`, type: 'web_t', restore: app })).toMatchObject({
      spec: '/alias/app(/.*)?',
      type: 'web_t',
      local: 'web_t',
      in_base: false,
      labels: [
        { path: app, context: 'system_u:object_r:tmp_t:s0' },
        { path: `${app}/a b.sock`, context: 'system_u:object_r:tmp_t:s0' },
      ],
    });
  });

  /** A host whose rules give `expected`, with one directory labelled `label`. */
  const labelled = (label: string, expected: string, localRule = '') => {
    const app = join(root.path, 'app');
    mkdirSync(app, { recursive: true });
    root.file('selinux/context', `${'x'.repeat('system_u:object_r:web_t:s0'.length)}system_u:object_r:web_t:s0`);
    root.file(
      'etc/selinux/targeted/contexts/files/file_contexts.local',
      localRule === '' ? '' : `${app} ${localRule}\n`,
    );
    root.file('etc/selinux/targeted/contexts/customizable_types', 'sandbox_file_t\npublic_content_t\n');
    programs(
      ['matchpathcon', `echo ${expected}`],
      [
        'find',
        `case "$*" in *stat*) printf '%s\\n' "system_u:object_r:${label}:s0 $1/z" "u:object_r:web_t:s0 $1" ;; esac`,
      ],
    );
    return { path: app, type: 'web_t', restore: '' };
  };

  it('reads labels in the order of their paths, without semanage', async () => {
    const want = labelled('web_t', 'system_u:object_r:web_t:s0');
    const found = await inspect(shell, fcontextAction, { ...want, path: `${want.path}(/.*)?` });
    expect(found).toMatchObject({ expected: 'web_t', labels: [{ path: want.path }, { path: `${want.path}/z` }] });
  });

  it.each([
    ['<<none>>', '', /<<none>>/],
    ['--  <<none>>', '', undefined],
    ['system_u:object_r:old_t:s0:c1.c3', '', /level of its own \(s0:c1\.c3\)/],
    ['system_u:object_r:web_t:s0', 'web_t', undefined],
    ['system_u:object_r:web_t', 'web_t', undefined],
  ])('reads the local rule %s', async (rule, local, why) => {
    programs(['semanage', 'exit 0']);
    const found = await inspect(shell, fcontextAction, labelled('web_t', 'system_u:object_r:web_t:s0', rule));
    expect(found).toMatchObject(why === undefined ? { local } : { reason: expect.stringMatching(why) });
  });

  it('takes a boolean’s record away without ever writing over the store’s own file', () => {
    const store = 'var/lib/selinux/targeted/active';
    root.file(`${store}/booleans.local`, '# disclaimer\n\nhttpd_can_network_connect=1\nzoneminder_run_sudo=1\n');
    root.file('var/lib/selinux/targeted/semanage.trans.LOCK', '');
    root.file(`${store}/modules/100/apache/cil`, ' (boolean httpd_can_network_connect false)\n');
    // A reader that opened the old file, as another program's transaction does, still has it whole.
    programs(['setsebool', 'exit 0'], ['flock', `ln -f "$ROOT/${store}/booleans.local" "$ROOT/opened"`]);
    const { rollback } = booleanAction;
    if (rollback.kind !== 'undo') throw new Error('selinux.boolean has no undo');
    const name = 'httpd_can_network_connect';
    const change = { persistent: [{ name, from: false, to: true }], runtime: [] };
    const [forget] = rollback.undo(change, { name, value: false, persistent: false });
    expect(forget && root.run(shell, forget).rc).toBe(0);
    const text = (path: string) => readFileSync(join(root.path, path), 'utf8');
    expect(text(`${store}/booleans.local`)).toBe('# disclaimer\n\nzoneminder_run_sudo=1\n');
    expect(text('opened')).toContain(`${name}=1`);
    expect(readdirSync(join(root.path, store)).sort()).toEqual(['booleans.local', 'modules']);
  });

  it('puts labels back one by one, on what is still there', () => {
    root.file('app/a b.sock', '');
    const [app, socket] = [join(root.path, 'app'), join(root.path, 'app/a b.sock')];
    programs(logged('chcon'));
    const { rollback } = fcontextAction;
    if (rollback.kind !== 'undo') throw new Error('selinux.fcontext has no undo');
    const labels = [app, socket, `${app}/gone`].map((path) => ({
      path,
      context: 'u:object_r:tmp_t:s0',
      type: 'tmp_t',
    }));
    const before = { spec: '/x', type: 'web_t', local: '', in_base: false, expected: '', labels };
    const commands = rollback.undo(
      { spec: '/x', asked: '/x', type: 'web_t', rule: 'none', restore: app, from: [] },
      before,
    );
    for (const command of commands) expect(root.run(shell, command).rc).toBe(0);
    expect(log()).toEqual([`chcon -h -- u:object_r:tmp_t:s0 ${app}`, `chcon -h -- u:object_r:tmp_t:s0 ${socket}`]);
  });

  it('installs a module from a private file that is gone afterwards, and reads it back', async () => {
    const params = { name: 'mendgate_x', cil: '(allow a b (c (d)))\n' };
    expect(await inspect(shell, moduleAction, params)).toMatchObject({ installed: false });
    programs([
      'semodule',
      'echo "$4" > "$ROOT/log"; d=$ROOT/var/lib/selinux/targeted/active/modules/400/mendgate_x; mkdir -p "$d"; cp "$4" "$d/cil"; printf cil > "$d/lang_ext"',
    ]);
    const change = moduleAction.diff({ installed: false, priority: 0 }, params as never);
    if (change === undefined) throw new Error('no difference');
    for (const command of moduleAction.apply(change)) expect(root.run(shell, command).rc).toBe(0);
    expect(log()[0]).toMatch(/\/mendgate_x\.cil$/);
    expect(existsSync(log()[0] ?? '')).toBe(false);
    const after = await inspect(shell, moduleAction, params);
    expect(after).toMatchObject({ installed: true, cil: params.cil, priority: 400 });
    expect(moduleAction.diff(after as never, params as never)).toBeUndefined();
  });

  it('refuses to replace a module whose text it could not put back', async () => {
    root.file('var/lib/selinux/targeted/active/modules/400/mendgate_x/cil', gzipSync('x'));
    root.file('var/lib/selinux/targeted/active/modules/400/mendgate_x/lang_ext', 'pp');
    expect(await inspect(shell, moduleAction, { name: 'mendgate_x', cil: '(x)' })).toBeInstanceOf(Unknown);
  });

  it('never takes a part of a module’s text for the whole', async () => {
    const cil = 'var/lib/selinux/targeted/active/modules/400/mendgate_x/cil';
    const want = { name: 'mendgate_x', cil: '(x)' };
    root.file('var/lib/selinux/targeted/active/modules/400/mendgate_x/lang_ext', 'cil');
    const longest = `; ${'é'.repeat(99_998)}y\n`;
    root.file(cil, longest);
    expect(await inspect(shell, moduleAction, want)).toMatchObject({ cil: longest });
    root.file(cil, `${longest}n`);
    expect(await inspect(shell, moduleAction, want)).toMatchObject({ reason: expect.stringContaining('too long') });
    root.file(cil, Buffer.from('(allow \xff)', 'latin1'));
    expect(await inspect(shell, moduleAction, want)).toBeInstanceOf(Unknown);
    root.file(cil, 'BZh9 and what a full disk left of it');
    programs(['bzip2', 'printf "(allow a"; exit 2'], ['semodule', `echo '400 mendgate_x cil sha256:${sha256('(x)')}'`]);
    expect(await inspect(shell, moduleAction, want)).toEqual({ installed: true, priority: 400, sha256: sha256('(x)') });
  });

  it('does not hide a module of the distribution behind one of its name', async () => {
    root.file('var/lib/selinux/targeted/active/modules/100/apache/cil', '(x)');
    expect(await inspect(shell, moduleAction, { name: 'apache', cil: '(x)' })).toMatchObject({
      reason: expect.stringContaining('priority 100'),
    });
  });

  it('gathers a whole host’s facts in one go', async () => {
    root.file('selinux/access', '');
    root.file('etc/selinux/targeted/contexts/files/file_contexts.subs_dist', '/run /var/run\n');
    programs(
      ['semanage', `printf 'http_port_t   tcp   80, 443\\nntop_port_t   tcp   3000-3001\\n'`],
      [
        'ss',
        `case $1 in -ltnpZ) echo 'LISTEN 0 5 127.0.0.1:3000 0.0.0.0:* users:(("python3",pid=400,proc_ctx=system_u:system_r:initrc_t:s0,fd=3))' ;; *) echo 'u_str LISTEN 0 5 /run/app/app.sock 12345 * 0 users:(("python3",pid=401,proc_ctx=system_u:system_r:initrc_t:s0,fd=3))' ;; esac`,
      ],
      ['matchpathcon', 'echo "<<none>>"'],
      ['stat', 'case $2 in %C) echo system_u:object_r:var_run_t:s0 ;; *) echo "owner 750 app app $4" ;; esac'],
      ['systemctl', 'echo RuntimeDirectory=other app'],
    );
    const answers: string[] = [];
    const inspector = {
      since: 0,
      run: async (command: never) => {
        const answer = root.run(shell, command);
        answers.push(answer.stdout);
        return answer;
      },
    };
    const denial = {
      target: 'system_u:object_r:ntop_port_t:s0',
      target_type: 'ntop_port_t',
      class: 'tcp_socket',
      permissions: ['name_connect'],
      port: 3000,
      source_type: 'httpd_t',
    };
    const upstreams = [
      { kind: 'tcp', port: 3000 },
      { kind: 'unix', path: '/run/app/app.sock' },
    ];
    await remediesProbe.read(inspector, {
      domain: 'system_u:system_r:httpd_t:s0',
      denials: [denial],
      upstreams,
      prefer: 'distro',
    } as never);
    expect(answers).toHaveLength(1);
    const lines = answers[0]?.split('\n') ?? [];
    for (const line of [
      'mode enforcing',
      'semanage yes',
      'bool httpd_graceful_shutdown 0 0',
      'bool-local httpd_can_network_connect=1',
      'ports ntop_port_t   tcp   3000-3001',
      'ports-rc 0',
      'equivalence /run /var/run',
      'listener 3000 initrc_t',
      'socket /run/app/app.sock',
      'label system_u:object_r:var_run_t:s0 /run/app/app.sock',
      'label system_u:object_r:var_run_t:s0 /run',
      'expected <<none>> /run/app',
      'owner 750 app app /run/app',
      'recreated /run/app',
      'unix-listener system_u:system_r:initrc_t:s0 /run/app/app.sock',
      'access system_u:system_r:httpd_t:s0 ntop_port_t tcp_socket name_connect',
      'access system_u:system_r:httpd_t:s0 system_u:object_r:ntop_port_t:s0 tcp_socket name_connect',
      'sesearch no',
    ]) {
      expect(
        lines.some((printed) => printed.startsWith(line)),
        line,
      ).toBe(true);
    }
  });
});
