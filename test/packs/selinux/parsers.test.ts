import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Unknown } from '../../../src/model/unknown.ts';
import { parseAvc } from '../../../src/packs/selinux/avc.ts';
import { parseContext, typeOf } from '../../../src/packs/selinux/context.ts';
import { mergeDenials } from '../../../src/packs/selinux/denials.ts';
import { readDenials } from '../../../src/packs/selinux/denials-probe.ts';
import { pathOfSpec } from '../../../src/packs/selinux/fcontext-state.ts';
import { literalSpec, specMatches, spelling } from '../../../src/packs/selinux/file-contexts.ts';
import { parseAccess } from '../../../src/packs/selinux/kernel-access.ts';
import { cilText, rulesOf } from '../../../src/packs/selinux/one-rule.ts';
import { parseRule, ruleHolds } from '../../../src/packs/selinux/policy-rule.ts';
import { busySetsebool } from '../../../src/packs/selinux/policy-store.ts';
import { effectiveRecord, exactRecord, readPortTable, tcpTypes } from '../../../src/packs/selinux/port-table.ts';
import { readPortUsers } from '../../../src/packs/selinux/port-users-probe.ts';
import { readUpstreams } from '../../../src/packs/selinux/upstreams.ts';

const recorded =
  'type=AVC msg=audit(1795212241.576:74): avc:  denied  { name_connect } for  pid=317 comm="nginx" dest=3000 scontext=system_u:system_r:httpd_t:s0 tcontext=system_u:object_r:ntop_port_t:s0 tclass=tcp_socket permissive=0';
const dmesg = `[   41.9] audit: type=1400 ${recorded.slice('type=AVC msg='.length)}`;

describe('AVC records', () => {
  it('reads the line that a real host wrote', () => {
    expect(parseAvc(recorded)).toEqual({
      epoch_ms: 1795212241576,
      serial: 74,
      denied: true,
      permissions: ['name_connect'],
      source: 'system_u:system_r:httpd_t:s0',
      target: 'system_u:object_r:ntop_port_t:s0',
      class: 'tcp_socket',
      permissive: false,
      comm: 'nginx',
      pid: 317,
      port: 3000,
    });
  });
  it.each([
    ['the kernel log', dmesg],
    ['a numeric record type', recorded.replace('type=AVC', 'type=1400')],
    ['a node name in front', `node=web01.example.com ${recorded}`],
    ['auditd’s translations behind 0x1d', `${recorded}\u001dARCH="x86_64" SYSCALL="connect" SCONTEXT=other dest=22`],
    ['the journal', `1795212241.576123 selab audit[317]: AVC ${recorded.slice(recorded.indexOf('avc:'))}`],
  ])('reads %s alike', (_title, line) => {
    expect(parseAvc(line)).toMatchObject({ epoch_ms: 1795212241576, port: 3000, comm: 'nginx', permissive: false });
  });
  it('takes a missing permissive= for a denial, and reads 1 as allowed', () => {
    expect(parseAvc(recorded.replace(' permissive=0', ''))?.permissive).toBe(false);
    expect(parseAvc(recorded.replace('permissive=0', 'permissive=1'))?.permissive).toBe(true);
  });
  it('decodes names that the kernel wrote as hex, several permissions, and levels with ranges', () => {
    const avc = parseAvc(
      'type=AVC msg=audit(1.002:3): avc:  denied  { read write } for  pid=5 comm=6120622278 path=2F72756E2F6120622E736F636B dev="tmpfs" ino=7 scontext=u:r:a_t:s0-s0:c0.c1023 tcontext=u:object_r:b_t:s0:c1,c2 tclass=sock_file permissive=0',
    );
    expect(avc).toMatchObject({
      epoch_ms: 1002,
      permissions: ['read', 'write'],
      comm: 'a b"x',
      path: '/run/a b.sock',
      source: 'u:r:a_t:s0-s0:c0.c1023',
      target: 'u:object_r:b_t:s0:c1,c2',
    });
  });
  it.each([
    [
      'AppArmor’s',
      'type=AVC msg=audit(1.2:3): apparmor="DENIED" operation="connect" profile="nginx" name="/run/app.sock" comm="nginx"',
    ],
    ['USER_AVC', `type=USER_AVC msg=audit(1.2:3): pid=1 msg='${recorded.slice(recorded.indexOf('avc:'))}'`],
    ['a cut one', recorded.slice(0, 120)],
    ['a foreign line', 'type=SYSCALL msg=audit(1795212241.576:74): arch=c000003e syscall=42 success=no exit=-13'],
  ])('leaves out %s', (_title, line) => {
    expect(parseAvc(line)).toBeUndefined();
  });
  it('survives whatever a log holds', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(recorded.length), (noise, at) => {
        const avc = parseAvc(recorded.slice(0, at) + noise + recorded.slice(at));
        expect(avc === undefined || typeOf(avc.source) !== '').toBe(true);
      }),
    );
  });
  it('counts equal denials once, newest first', () => {
    const later = recorded.replace('241.576:74', '250.000:80').replace('pid=317', 'pid=320');
    const other = recorded.replace('dest=3000', 'dest=8080').replace('241.576:74', '245.000:77');
    const merged = mergeDenials([recorded, later, other].flatMap((line) => parseAvc(line) ?? []));
    expect(merged.map(({ port, count, pid }) => [port, count, pid])).toEqual([
      [3000, 2, 320],
      [8080, 1, 317],
    ]);
    expect(merged[0]).toMatchObject({ first_ms: 1795212241576, epoch_ms: 1795212250000 });
  });
});

describe('where denials come from', () => {
  const head = 'selinux yes\nnow 1795212300\nfrom 1795212000\n';
  it('keeps to the window, and counts a record in two sources once', () => {
    const old = recorded.replace('1795212241', '1795211999');
    const found = readDenials(
      `${head}auditd no\nsource ausearch 1 <no matches>\navc ${old}\navc ${recorded}\navc ${dmesg}\nsource dmesg 0 \n`,
      '5m',
      0,
      false,
    );
    expect(found).toMatchObject([{ count: 1 }]);
  });
  it('does not take an old audit.log for the present when auditd is down', () => {
    const found = readDenials(
      `${head}auditd no\nsource ausearch 0 \nsource dmesg 1 dmesg: read kernel buffer failed: Operation not permitted\n`,
      '5m',
      0,
      false,
    );
    expect(found).toBeInstanceOf(Unknown);
  });
  it('knows that there can be none without SELinux', () => {
    expect(readDenials('selinux no\n', '5m', 0, false)).toEqual([]);
  });
});

describe('ports', () => {
  const list = `SELinux Port Type              Proto    Port Number

afs3_callback_port_t           tcp      7001
http_cache_port_t              tcp      8080, 8118, 8123, 10001-10010
http_port_t                    tcp      3000, 80, 81, 443, 488, 8008, 8009, 8443, 9000
ntop_port_t                    tcp      3000-3001
ntop_port_t                    udp      3000-3001
unreserved_port_t              tcp      61001-65535, 1024-32767`;
  const local = 'portcon tcp 3000 system_u:object_r:http_port_t:s0';
  const output = (rows: string, locals: readonly string[], rc = 0) =>
    [
      ...rows.split('\n').map((line) => `ports ${line}`),
      ...locals.map((line) => `ports-local ${line}`),
      'ports-store yes',
      `ports-rc ${rc}`,
    ].join('\n');
  const table = readPortTable(output(list, [local]));
  if ('unreadable' in table) throw new Error(table.unreadable);

  it.each([
    [3000, 'http_port_t'],
    [3001, 'ntop_port_t'],
    [8080, 'http_cache_port_t'],
    [10005, 'http_cache_port_t'],
    [8888, 'unreserved_port_t'],
  ])('tcp %i is %s: a local record first, then the most specific range', (port, type) => {
    expect(effectiveRecord(table, 'tcp', port)?.type).toBe(type);
    expect(tcpTypes(table)[port]).toBe(type);
  });
  it('has exact records only where semanage has: 10005 lies in a range', () => {
    expect(exactRecord(table.base, 'tcp', 8080)?.type).toBe('http_cache_port_t');
    expect(exactRecord(table.base, 'tcp', 10005)).toBeUndefined();
    expect(exactRecord(table.base, 'tcp', 3000)).toBeUndefined();
    expect(exactRecord(table.local, 'tcp', 3000)?.type).toBe('http_port_t');
  });
  it('reads seinfo’s form too', () => {
    const seinfo = readPortTable(output('\nPortcon: 2\n   portcon tcp 3000-3001 system_u:object_r:ntop_port_t:s0', []));
    expect('base' in seinfo && effectiveRecord(seinfo, 'tcp', 3001)?.type).toBe('ntop_port_t');
  });
  it.each([
    [output('ValueError: SELinux policy is not managed or store cannot be accessed.', [], 1), 'root is needed'],
    ['ports-rc 127', 'policycoreutils-python-utils'],
    [`${output(list, []).replace('ports-store yes', 'ports-store no')}`, 'root is needed'],
  ])('says why it cannot tell', (text, why) => {
    expect(readPortTable(text)).toEqual({ unreadable: expect.stringContaining(why) });
  });
  it('names the running owners of a type; who may bind anything owns nothing', () => {
    const may = (domain: string, type: string, yes: number) =>
      `access ${domain} ${type} tcp_socket name_bind 1 ${yes} f 0 f 1 0`;
    const text = [
      'selinux yes',
      'process squid_t squid',
      'process init_t systemd',
      'process httpd_t nginx',
      ...['http_cache_port_t', 'ssh_port_t', 'dns_port_t'].flatMap((type) => [
        may('squid_t', type, type === 'http_cache_port_t' ? 1 : 0),
        may('init_t', type, 1),
        may('httpd_t', type, 0),
      ]),
      'listener unconfined_service_t 812 node',
    ].join('\n');
    expect(readPortUsers(text, 'http_cache_port_t')).toEqual({
      running: ['squid_t (squid)'],
      listeners: [{ domain: 'unconfined_service_t', pid: 812, comm: 'node' }],
    });
  });
});

describe('the kernel’s answers', () => {
  it.each([
    ['s t tcp_socket name_connect 23 400000 ffffffff 0 ffffffff 1 0', 'yes', false],
    ['s t tcp_socket name_connect 23 0 ffffffff 0 ffffffff 1 1', 'no', true],
    ['s t tcp_socket name_connect 32 80000000 ffffffff 0 ffffffff 1 0', 'yes', false],
    ['s t tcp_socket name_connect', 'unknown', false],
  ])('%s', (line, allowed, permissive) => {
    expect(parseAccess(line)).toMatchObject({ allowed, permissive });
  });
});

describe('rules of sesearch', () => {
  const on =
    (...names: readonly string[]) =>
    (name: string) =>
      names.includes(name);
  it.each([
    ['allow httpd_t dns_port_t:tcp_socket { name_connect recv_msg send_msg };', [], true],
    ['allow httpd_t http_port_t:tcp_socket name_connect; [ httpd_graceful_shutdown ]:True', [], false],
    [
      'allow httpd_t http_port_t:tcp_socket name_connect; [ httpd_graceful_shutdown ]:True',
      ['httpd_graceful_shutdown'],
      true,
    ],
    ['allow httpd_t x_t:tcp_socket name_connect; [ ! a ]:True', [], true],
    ['allow httpd_t x_t:tcp_socket name_connect; [ a ]:False', ['a'], false],
    ['allow httpd_t x_t:tcp_socket name_connect; [ ( a && b ) || c ]:True', ['a'], false],
    ['allow httpd_t x_t:tcp_socket name_connect; [ a && b || c ]:True', ['c'], true],
    ['allow httpd_t x_t:tcp_socket name_connect; [ a ^ b ]:True', ['a', 'b'], false],
  ])('%s with %j on: %s', (text, names, holds) => {
    const rule = parseRule(text);
    expect(rule && ruleHolds(rule, on(...names))).toBe(holds);
  });
  it('does not read other lines as rules', () => {
    expect(parseRule('dontaudit httpd_t port_type:tcp_socket name_connect;')).toBeUndefined();
    expect(parseRule('')).toBeUndefined();
  });
});

describe('labels, contexts, modules', () => {
  it('splits a context at its first three colons', () => {
    expect(parseContext('system_u:system_r:container_t:s0:c1,c2')).toEqual({
      user: 'system_u',
      role: 'system_r',
      type: 'container_t',
      level: 's0:c1,c2',
    });
    expect(typeOf('<<none>>')).toBe('');
    expect(typeOf('?')).toBe('');
  });
  it.each([
    ['EL 9', { from: '/run', to: '/var/run' }, '/run/app(/.*)?', '/var/run/app(/.*)?'],
    ['Debian', { from: '/var/run', to: '/run' }, '/var/run/app(/.*)?', '/run/app(/.*)?'],
    ['Debian, right already', { from: '/var/run', to: '/run' }, '/run/app(/.*)?', '/run/app(/.*)?'],
    ['a name that only begins alike', { from: '/run', to: '/var/run' }, '/runner/app', '/runner/app'],
  ])('spells a rule as %s wants it', (_title, equivalence, spec, want) => {
    expect(spelling(spec, [equivalence])).toBe(want);
  });
  it('makes a spec that matches exactly one directory and what is below it', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\/[!-~]{1,20}$/), (path) => {
        const spec = `${literalSpec(path)}(/.*)?`;
        expect(new RegExp(`^${spec}$`).test(path)).toBe(true);
        expect(specMatches(spec, `${path}/x`)).toBe(true);
        expect(specMatches(spec, `${path}x`)).toBe(false);
        expect(pathOfSpec(spec)).toBe(path);
      }),
    );
  });
  it('reads its own modules back, and no others', () => {
    const rule = { source: 'httpd_t', target: 'ntop_port_t', class: 'tcp_socket', permission: 'name_connect' };
    expect(rulesOf(cilText([rule, rule]))).toEqual([rule, rule]);
    expect(rulesOf('(allow httpd_t self (process (execmem)))\n(typepermissive httpd_t)\n')).toBeUndefined();
  });
  it.each([
    [255, '', 'another program holds the policy store'],
    [
      1,
      'libsemanage.semanage_get_lock: Could not get direct transaction lock at /var/lib/selinux/default/semanage.trans.LOCK. (Resource temporarily unavailable).',
      'another program holds the policy store',
    ],
    [1, 'BlockingIOError: [Errno 11] Resource temporarily unavailable', 'another program holds the policy store'],
    [255, 'Boolean nosuchbool is not defined', undefined],
    [255, 'Cannot set persistent booleans, please try as root.', undefined],
    [0, '', undefined],
  ])('F23: rc %i "%s": %s', (rc, stderr, want) => {
    expect(busySetsebool({ rc, stdout: '', stderr, truncated: false, ms: 1 })).toBe(want);
  });
  it('takes each upstream once, and none without a place', () => {
    const list = [
      { kind: 'tcp', port: 80 },
      { kind: 'tcp', port: 80 },
      { kind: 'tcp', peer: '$backend' },
      { kind: 'unix', path: '/a\nb' },
      'x',
    ];
    expect(readUpstreams(list)).toEqual([{ kind: 'tcp', port: 80 }]);
  });
});
