import { describe, expect, test } from 'vitest';
import { Unknown } from '../../../src/model/unknown.ts';
import apparmorDenials from '../../../src/packs/apparmor/apparmor-denials-probe.ts';
import { parseDenial } from '../../../src/packs/apparmor/denial-record.ts';
import { readDenials } from '../../../src/packs/apparmor/denials.ts';
import { ruleFor } from '../../../src/packs/apparmor/rule-for.ts';
import { localHost, read, shells } from '../core/local-host.ts';

// The forms that Debian's kernel 6.1 writes: audit.log with auditd, the kernel's log without.
const socket =
  'apparmor="DENIED" operation="create" profile="nginx" pid=317 comm="nginx" family="inet" sock_type="stream" protocol=0 requested_mask="create" denied_mask="create"';
const file =
  'apparmor="DENIED" operation="connect" class="file" profile="nginx" name="/run/app.sock" pid=318 comm="nginx" requested_mask="wr" denied_mask="wr" fsuid=33 ouid=0';
const audit = (serial: number, text: string, epoch = '1795212241.576') =>
  `type=AVC msg=audit(${epoch}:${serial}): ${text}`;

describe('an AppArmor record', () => {
  test.each([
    [
      'audit.log',
      audit(74, socket),
      {
        kind: 'network',
        operation: 'create',
        profile: 'nginx',
        family: 'inet',
        sock_type: 'stream',
        protocol: 0,
        enforced: true,
        epoch_ms: 1795212241576,
        serial: 74,
      },
    ],
    ['numeric type', audit(74, socket).replace('AVC', '1400'), { kind: 'network' }],
    [
      'a socket in the file system',
      audit(1, file),
      { kind: 'file', path: '/run/app.sock', requested_mask: 'wr', command: 'nginx' },
    ],
    ['dmesg', `[   12.345678] audit: type=1400 audit(1795212241.576:74): ${file}`, { kind: 'file' }],
    ['the journal', `audit: type=1400 audit(1795212241.576:74): ${file}`, { kind: 'file' }],
    ['the journal’s own audit stream', `AVC audit(1795212241.576:74): ${file}`, { kind: 'file' }],
    ['complain mode', audit(1, file.replace('DENIED', 'ALLOWED')), { enforced: false }],
    ['a path that needs hex', audit(1, file.replace('"/run/app.sock"', '2F72756E2F612062')), { path: '/run/a b' }],
    [
      'a capability',
      audit(1, 'apparmor="DENIED" operation="capable" profile="nginx" pid=1 comm="nginx" capability=1'),
      { kind: 'other' },
    ],
  ])('%s', (_where, line, expected) => {
    expect(parseDenial(line)).toMatchObject(expected);
  });

  test.each([
    ['SELinux’s records', 'type=AVC msg=audit(1.000:1): avc:  denied  { name_connect } for  pid=1 comm="nginx"'],
    [
      'what a program logged',
      'type=USER_CMD msg=audit(1.000:1): pid=1 msg=\'cmd="x apparmor="DENIED" operation="open" profile="nginx"\'',
    ],
    ['text in front', `nginx: ${audit(1, file)}`],
    ['a status message', audit(1, 'apparmor="STATUS" operation="profile_load" profile="unconfined" name="nginx"')],
  ])('%s are none', (_what, line) => {
    expect(parseDenial(line)).toBeUndefined();
  });
});

describe('the rule for a denial', () => {
  const ruled = (text: string) => {
    const record = parseDenial(audit(1, text));
    if (!record) throw new Error('no denial');
    return ruleFor(record);
  };
  test.each([
    ['TCP over IPv4', socket, 'network inet stream,', 'profile nginx may open TCP sockets (IPv4)'],
    [
      'TCP over IPv6',
      socket.replace('"inet"', '"inet6"'),
      'network inet6 stream,',
      'profile nginx may open TCP sockets (IPv6)',
    ],
    [
      'connecting to a Unix socket',
      file,
      '/run/app.sock rw,',
      'profile nginx may read and write the socket /run/app.sock',
    ],
  ])('%s', (_what, text, rule, allows) => {
    expect(ruled(text)).toEqual({ rule, allows });
  });
  test.each([
    ['UDP, which no backend needs', socket.replace('stream', 'dgram')],
    ['raw packets', socket.replace('"inet" sock_type="stream"', '"packet" sock_type="raw"')],
    ['a file that is opened', file.replace('"connect"', '"open"')],
    ['a path with a wildcard', file.replace('/run/app.sock', '/run/*')],
    ['a path with a blank', file.replace('"/run/app.sock"', '2F72756E2F612062')],
    ['a capability', 'apparmor="DENIED" operation="capable" profile="nginx" pid=1 comm="nginx" capability=1'],
  ])('none for %s', (_what, text) => {
    expect(ruled(text)).toEqual({ rule: '', allows: '' });
  });
});

describe('apparmor.denials', () => {
  const output = (...lines: string[]) => ['Z 1795212000', ...lines].join('\n');
  const reason = (text: string) => {
    const found = readDenials(text, undefined);
    return found instanceof Unknown ? found.reason : found;
  };

  test('each kind once with its count, the newest first; a record in two logs counts once', () => {
    const lines = [
      audit(1, file),
      audit(2, socket, '1795212250.000'),
      audit(3, file, '1795212260.000'),
      audit(3, file, '1795212260.000'),
    ];
    const found = readDenials(output('K auditd', 'S audit.log read', ...lines.map((line) => `E ${line}`)), undefined);
    expect(found).toMatchObject([
      { path: '/run/app.sock', count: 2, epoch_ms: 1795212260000 },
      { kind: 'network', count: 1 },
    ]);
  });

  test('IPv4 and IPv6, streams and datagrams are kinds of their own', () => {
    const lines = [socket, socket.replace('"inet"', '"inet6"'), socket.replace('stream', 'dgram'), socket];
    const text = output('K auditd', 'S audit.log read', ...lines.map((line, at) => `E ${audit(at, line)}`));
    expect(readDenials(text, undefined)).toMatchObject([
      { family: 'inet', sock_type: 'stream', count: 2, rule: 'network inet stream,' },
      { sock_type: 'dgram', count: 1, rule: '' },
      { family: 'inet6', sock_type: 'stream', count: 1 },
    ]);
  });

  test('records before the window, or before the change, do not count', () => {
    const text = output('K auditd', 'S audit.log read', `E ${audit(1, file, '1795211999.999')}`, `E ${audit(2, file)}`);
    expect(reason(text)).toMatchObject([{ count: 1 }]);
    expect(readDenials(text, 1795212241577)).toEqual([]);
  });

  test.each([
    ['AppArmor is off', 'K off', []],
    ['auditd’s log was read', output('K auditd', 'S audit.log read', 'S dmesg denied'), []],
    ['the kernel’s own log was read, without auditd', output('S audit.log missing', 'S dmesg read'), []],
    [
      'an old log of an auditd that does not run',
      output('S audit.log read', 'S dmesg denied'),
      expect.stringMatching(/needs root/),
    ],
    [
      'only dmesg, which gets nothing while auditd runs',
      output('K auditd', 'S audit.log denied', 'S dmesg read'),
      expect.stringMatching(/needs root/),
    ],
    ['no answer', '', expect.stringMatching(/time/)],
  ])('%s', (_why, text, expected) => {
    expect(reason(text)).toEqual(expected);
  });

  test.each(shells)('its script runs through $name', async (shell) => {
    const found = await read(apparmorDenials, localHost(shell), { command: 'nginx', since: 'boot' });
    expect(Array.isArray(found) || found instanceof Unknown).toBe(true);
  });
});
