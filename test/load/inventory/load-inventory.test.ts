import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../../src/model/secret.ts';
import { folderOf, loadFrom, loadText } from './in-folder.ts';

describe('our own format', () => {
  const text = `inventory: production
connect: { user: ops, become: true }
vars: { ntp: time.example.com }
groups:
  web:
    hosts: ["web[1:2]"]
    vars: { urls: [a, b] }
    connect: { port: 2222 }
  db: { hosts: { db1: { vars: { role: primary } }, db2: } }
  prod: { children: [web, db], vars: { env: prod, ntp: prod.example.com } }
hosts:
  web2: { connect: { address: 192.0.2.2, become: false }, vars: { urls: [c] } }
  db2: { connect: { become: postgres, transport: ssh, private_key_file: ~/.ssh/db } }
  gate:
`;
  test('gives hosts what is nearest to them', async () => {
    const { host, codes, inventory } = await loadText(text, 'inventory.yaml');
    expect(codes).toEqual([]);
    expect(inventory?.hosts.map(({ name }) => name)).toEqual(['gate', 'web1', 'web2', 'db1', 'db2']);
    expect(host('web1')).toMatchObject({
      connect: { address: 'web1', port: 2222, user: 'ops', become: 'root' },
      vars: { ntp: 'prod.example.com', env: 'prod', urls: ['a', 'b'] },
      groups: ['prod', 'web'],
    });
    expect(host('web2')).toMatchObject({
      connect: { address: '192.0.2.2', port: 2222, become: false },
      vars: { urls: ['c'] },
    });
    expect(host('db1').vars).toMatchObject({ role: 'primary' });
    expect(host('db2').connect).toEqual({
      address: 'db2',
      port: 22,
      portByDefault: true,
      user: 'ops',
      become: 'postgres',
      transport: 'ssh',
      privateKeyFile: '~/.ssh/db',
    });
    expect(host('gate')).toMatchObject({ groups: ['ungrouped'], vars: { ntp: 'time.example.com' } });
  });

  test('tells where each var came from', async () => {
    const { host } = await loadText(text, 'inventory.yaml');
    expect(host('web2').origins).toEqual({
      ntp: expect.stringMatching(/^group prod \(.*inventory\.yaml\)$/),
      env: expect.stringMatching(/^group prod /),
      urls: expect.stringMatching(/^host web2 /),
    });
  });

  test('knows no tags', async () => {
    expect((await loadText('vars:\n  a: !vault x\nhosts: [w]\n', 'i.yaml')).codes).toEqual(['yaml/unknown-tag 2:6']);
  });
});

describe('which format a YAML file is in', () => {
  test.each([
    ['hosts: [w1]', 'ours'],
    ['hosts:\n  w1:\n    vars: { port: 1 }', 'ours'],
    ['inventory: x\ngroups: { web: { hosts: [w1] } }', 'ours'],
    ['all:\n  hosts:\n    w1:', 'Ansible'],
    ['web:\n  hosts:\n    w1:', 'Ansible'],
    ['groups:\n  hosts:\n    w1:\nweb:\n  hosts:\n    w2:', 'Ansible'],
    ['web:\n  hosts: w1\nempty:', 'Ansible'],
  ])('%j is %s', async (text) => {
    const { codes, host } = await loadText(text, 'x.yaml');
    expect(codes).toEqual([]);
    expect(host('w1').name).toBe('w1');
  });

  test('a file without an ending is told by its first line', async () => {
    expect((await loadText('# a comment\n\nall:\n  hosts:\n    w1:\n')).host('w1').groups).toEqual(['ungrouped']);
    expect((await loadText('---\nall: { hosts: { w1: } }\n')).host('w1').groups).toEqual(['ungrouped']);
    expect((await loadText('w1:2222\n')).host('w1').connect.port).toBe(2222);
  });
});

describe('connection variables of Ansible', () => {
  test('become settings and leave the vars', async () => {
    const { host, codes } = await loadText(
      'w1 ansible_host=192.0.2.1 ansible_port=2200 ansible_user=ops ansible_ssh_private_key_file=k ansible_become=yes ansible_become_user=app ansible_python_interpreter=/usr/bin/python3 x=1\n',
    );
    expect(codes).toEqual([]);
    expect(host('w1')).toMatchObject({
      connect: { address: '192.0.2.1', port: 2200, user: 'ops', privateKeyFile: 'k', become: 'app' },
      vars: { x: 1 },
    });
    expect(Object.keys(host('w1').vars)).toEqual(['x']);
  });

  test('passwords are secrets, and never shown', async () => {
    const { host, inventory } = await loadText('w1 ansible_password=hunter2 ansible_become_password=12345\n');
    expect(host('w1').connect.password).toBeInstanceOf(Secret);
    expect(host('w1').connect.password?.reveal()).toBe('hunter2');
    expect(host('w1').connect.becomePassword?.reveal()).toBe('12345');
    expect(JSON.stringify(inventory)).not.toMatch(/hunter2|12345/);
    const broken = await loadText('w1 ansible_password=hunter2 db_password="q z" oops\n');
    expect(broken.codes).toEqual(['inventory/not-an-assignment 1:47']);
    expect(JSON.stringify(broken.diagnostics)).not.toMatch(/hunter2|q z/);
  });

  test('those that would be missed are warned of', async () => {
    const { diagnostics, host } = await loadText(
      'w1 ansible_ssh_common_args="-J gate" ansible_become_method=runas ansible_connection=winrm ansible_host_key_checking=False\n',
    );
    expect(diagnostics.map(({ code, severity }) => `${severity} ${code}`)).toEqual(
      Array(4).fill('warning inventory/not-supported'),
    );
    expect(host('w1').vars).toEqual({});
  });

  test.each(['sudo', 'doas', 'su', 'community.general.doas'])('becoming by %s', async (method) => {
    const { host, codes } = await loadText(`w1 ansible_become_method=${method}\n`);
    expect(codes).toEqual([]);
    expect(host('w1').connect.becomeMethod).toBe(method.split('.').at(-1));
  });

  test('a local connection is the local transport', async () => {
    expect((await loadText('here ansible_connection=local\n')).host('here').connect.transport).toBe('local');
  });
});

describe('what only Ansible can read is left out with a warning', () => {
  test('a vault value, which also hides what a group says', async () => {
    const { host, codes } = await loadText(
      `all:
  vars: { token: plain, ansible_password: plain }
  hosts:
    w1:
      token: !vault |
        $ANSIBLE_VAULT;1.1;AES256
        6162
      ansible_password: !vault |
        $ANSIBLE_VAULT;1.1;AES256
        6162
      other: !unsafe "x"
`,
      'x.yml',
    );
    expect(codes).toEqual(['inventory/vault 5:21', 'inventory/vault 8:32']);
    expect(host('w1').vars).toEqual({ other: 'x' });
    expect(host('w1').connect.password).toBeUndefined();
  });

  test('a whole vault file', async () => {
    const folder = folderOf({
      hosts: '[web]\nw1\n',
      'group_vars/web/vault.yml': '$ANSIBLE_VAULT;1.1;AES256\n6162\n',
      'group_vars/web/vars.yml': 'a: 1\n',
    });
    const { host, codes } = await loadFrom(join(folder, 'hosts'));
    expect(codes).toEqual(['inventory/vault 1:1']);
    expect(host('w1').vars).toEqual({ a: 1 });
  });

  test('a file that begins with many empty lines, at once', async () => {
    const { host } = await loadText(`${'\n'.repeat(5000)}all: { hosts: { w1: { a: 1 } } }\n`, 'hosts.yaml');
    expect(host('w1').vars).toEqual({ a: 1 });
  });

  test('but not what is tagged as no template', async () => {
    const folder = folderOf({
      hosts: 'w1\n',
      'host_vars/w1.yml': `a: !unsafe "{{ x }}"
b: !unsafe no
c: !unsafe |
  {% z %}
d:
  - !unsafe '{{ in a list }}'
  - e: !unsafe yes
f: "{{ left out }}"
g: !unsafe plain
h: "!unsafe {{ left out }}"
`,
    });
    const { host, codes } = await loadFrom(join(folder, 'hosts'));
    expect(host('w1').vars).toEqual({
      ...{ a: '{{ x }}', b: 'no', c: '{% z %}\n', d: ['{{ in a list }}', { e: 'yes' }], g: 'plain' },
    });
    expect(codes).toEqual(['inventory/template 8:4', 'inventory/template 10:4']);
  });

  test('a Jinja template, also inside a list', async () => {
    const { host, codes } = await loadText('w1 a="{{ b }}" c="[\'{{ d }}\']" e=1\n');
    expect(codes).toEqual(['inventory/template 1:4', 'inventory/template 1:16']);
    expect(host('w1').vars).toEqual({ e: 1 });
  });
});

describe('most likely slips are warned of', () => {
  test.each([
    ['w1 ansible_become_user=db\nw2 ansible_become_user=db\n', ['inventory/unused-become-user 1:1']],
    [
      'w1 ansible_become_user=db\nw2 ansible_become_user=web\n',
      ['inventory/unused-become-user 1:1', 'inventory/unused-become-user 2:1'],
    ],
    ['w1 ansible_become_user=db ansible_become=true\nw2 ansible_become_user=root\n', []],
    ['w1 ansible_become=false\n[all:vars]\nansible_become_user=db\n', []],
    ['w1 ansible_host=192.0.2.1\nw2 ansible_host=192.0.2.1\n', ['inventory/same-address 2:1']],
    ['w1 ansible_host=192.0.2.1\nw2 ansible_host=192.0.2.1 ansible_port=2222\n', []],
    ['w1\nw2 ansible_host=W1\n', ['inventory/same-address 2:1']],
    ['h1 ansible_connection=local\nh2 ansible_connection=local\n', ['inventory/same-address 2:1']],
    ['web\n[web]\nw1\n', ['inventory/host-and-group 1:1']],
    ['# nothing\n', ['inventory/no-hosts 1:1']],
  ])('%j', async (text, codes) => {
    const loaded = await loadText(text);
    expect(loaded.codes).toEqual(codes);
    expect(loaded.diagnostics.every(({ severity }) => severity === 'warning')).toBe(true);
  });
});

describe('sources', () => {
  test('a list of hosts, with ports', async () => {
    const { inventory, host, codes } = await loadFrom(
      'w1, w2:2222,192.0.2.7:22,[2001:db8::1]:2200,2001:db8::2,localhost,',
    );
    expect(codes).toEqual([]);
    expect(inventory?.hosts.map(({ name, connect }) => `${name} ${connect.port}`)).toEqual([
      'w1 22',
      'w2 2222',
      '192.0.2.7 22',
      '2001:db8::1 2200',
      '2001:db8::2 22',
      'localhost 22',
    ]);
    expect(host('localhost').connect.transport).toBeUndefined();
  });

  test('a wrong entry of a list is pointed at', async () => {
    const { diagnostics } = await loadFrom('w1, ops@w2,-x');
    expect(diagnostics.map(({ at, excerpt }) => [at.col, excerpt])).toEqual([
      [5, 'w1, ops@w2,-x'],
      [12, 'w1, ops@w2,-x'],
    ]);
  });

  test('a file that is not there', async () => {
    const { diagnostics } = await loadFrom('no-such-host.example.com');
    expect(diagnostics[0]).toMatchObject({
      code: 'inventory/not-found',
      at: { line: 1, col: 1 },
      help: expect.stringContaining('-i no-such-host.example.com,'),
    });
  });

  test('none', async () => {
    expect((await loadFrom([])).codes).toEqual(['inventory/none 1:1']);
  });

  test('all errors of all sources come at once', async () => {
    const folder = folderOf({ a: 'w1:0\nw2 x\n', 'b.yaml': 'hosts: [-x]\n' });
    expect((await loadFrom([join(folder, 'a'), join(folder, 'b.yaml'), 'nowhere'])).codes).toEqual([
      'inventory/bad-port 1:1',
      'inventory/not-an-assignment 2:4',
      'inventory/bad-host-name 1:9',
      'inventory/not-found 1:1',
    ]);
  });

  test('later ones add to earlier ones and win', async () => {
    const folder = folderOf({ a: '[web]\nw1 x=1 y=1\n', b: '[web]\nw1 y=2\nw2\n[web:vars]\nz=3\n' });
    const { host, inventory } = await loadFrom([join(folder, 'a'), join(folder, 'b')]);
    expect(host('w1').vars).toEqual({ x: 1, y: 2, z: 3 });
    expect(inventory?.groups.get('web')).toEqual(['w1', 'w2']);
    expect(inventory?.sources).toHaveLength(2);
  });

  test('a folder: all files by name, without backups, variables and configuration', async () => {
    const folder = folderOf({
      '20-b': '[b]\nb1\n',
      '10-a.yml': 'a: { hosts: { a1: } }\n',
      'sub/c': '[c]\nc1\n',
      'script.sh': '#!/bin/sh\necho \'{"d":["d1"]}\'\n',
      'x.bak': '[x]\nx1\n',
      'x~': 'x2\n',
      'x.pyc': '\0',
      '.hidden': 'x3\n',
      'ec2.ini': '[ec2]\nregions = all\n',
      'group_vars/a.yml': 'v: 1\n',
      'host_vars/b1': 'v: 2\n',
      'sub/group_vars/c': 'v: 3\n',
    });
    const { inventory, host, codes } = await loadFrom(folder);
    expect(inventory?.hosts.map(({ name }) => name)).toEqual(['a1', 'b1', 'd1', 'c1']);
    expect([host('a1').vars, host('b1').vars, host('c1').vars]).toEqual([{ v: 1 }, { v: 2 }, {}]);
    expect(codes).toEqual(['inventory/passed-over 1:1']);
  });

  test('an empty folder', async () => {
    expect((await loadFrom(folderOf({ 'README.md': 'x' }))).codes).toEqual(['inventory/not-found 1:1']);
  });

  test('a file that is not text', async () => {
    const folder = folderOf({});
    writeFileSync(join(folder, 'hosts'), Buffer.from([0x77, 0xff, 0x0a]));
    expect((await loadFrom(join(folder, 'hosts'))).codes).toEqual(['inventory/unreadable 1:1']);
  });

  test('variables files with mistakes are pointed into', async () => {
    const folder = folderOf({
      hosts: 'w1\n',
      'host_vars/w1.yml': 'a: 1\nansible_port: many\n',
      'group_vars/all': '- a\n',
    });
    expect((await loadFrom(join(folder, 'hosts'))).codes).toEqual([
      'inventory/wrong-type 1:1',
      'inventory/wrong-value 2:15',
    ]);
  });

  test('a link that leads nowhere', async () => {
    const folder = folderOf({ hosts: 'w1\n', 'host_vars/w1/a.yml': 'a: 1\n' });
    symlinkSync('nowhere', join(folder, 'host_vars/w1/b.yml'));
    expect((await loadFrom(join(folder, 'hosts'))).codes).toEqual(['inventory/unreadable 1:1']);
  });

  test('ten thousand hosts take no time', async () => {
    const start = performance.now();
    const { inventory } = await loadText('[web]\nweb[0001:5000] x=1\n[db]\ndb[0001:5000]\n[all:children]\nweb\ndb\n');
    expect(inventory?.hosts).toHaveLength(10_000);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
