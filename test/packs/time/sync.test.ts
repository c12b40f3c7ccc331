import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readDaemons } from '../../../src/packs/time/daemons.ts';
import { readChrony, readNtp, readTimesyncd, seconds } from '../../../src/packs/time/follows.ts';
import timeSyncProbe from '../../../src/packs/time/time-sync-probe.ts';
import { answering, read, reasonOf } from '../core/local-host.ts';

const hex = (text: string) => Buffer.from(text).toString('hex');
const unit = (name: string, active = 'inactive', file = '', load = 'loaded') =>
  `Id=${name}\nLoadState=${load}\nActiveState=${active}\nUnitFileState=${file}\n`;
/** On Debian both names of chrony are one unit; systemd 252 shows it twice. */
const debian = [
  unit('chrony.service', 'active', 'enabled'),
  unit('chrony.service', 'active', 'enabled'),
  unit('ntpd.service', 'inactive', '', 'not-found'),
].join('\n');

describe('time daemons', () => {
  test('aliases of one unit are one', () => {
    expect(readDaemons(debian)).toEqual({
      installed: ['chrony.service'],
      masked: [],
      running: ['chrony.service'],
      starter: '',
      kind: 'chrony',
    });
  });
  test.each([
    ['the only one there', [unit('chronyd.service', 'inactive', 'disabled')], 'chronyd.service'],
    [
      'the only one enabled',
      [unit('chronyd.service', 'failed', 'enabled'), unit('ntpd.service', 'inactive', 'disabled')],
      'chronyd.service',
    ],
    ['none of two that are disabled', [unit('chronyd.service'), unit('ntpd.service')], ''],
    [
      'none of two that are enabled',
      [unit('chronyd.service', 'inactive', 'enabled'), unit('ntpd.service', 'inactive', 'enabled')],
      '',
    ],
    ['none that is masked', [unit('chronyd.service', 'inactive', 'masked', 'masked')], ''],
    ['none where one runs', [unit('chronyd.service', 'active', 'enabled')], ''],
  ])('starts %s', (_what, shown, starter) => {
    expect(readDaemons(shown.join('\n'))?.starter).toBe(starter);
  });
  test('is not "none" where systemd did not answer', () => {
    expect(readDaemons('')).toBeUndefined();
    expect(
      readDaemons("System has not been booted with systemd as init system (PID 1). Can't operate.\n"),
    ).toBeUndefined();
  });
});

describe('chronyc -c', () => {
  // chrony 4.3 on Debian 12: with a source, a hundred seconds off, without any answer.
  const near =
    '7F000001,127.0.0.1,6,1795258647.043017041,-0.000010536,0.000014663,0.000046049,81.453,0.798,21.909,0.000114803,0.000035077,1.0,Normal\n';
  const far =
    '7F000001,127.0.0.1,6,1795258761.644651641,99.972534180,-0.024619497,0.073556639,-78337.516,-15119.940,19618.420,0.000234388,0.059887182,1.0,Normal\n';
  const none =
    '00000000,,0,0.000000000,0.000000000,0.000000000,0.000000000,0.000,0.000,0.000,1.000000000,1.000000000,0.0,Not synchronised\n';
  test.each([
    [
      near,
      '^,*,127.0.0.1,5,0,377,0,0.000020544,0.000035203,0.000059407\n',
      { synchronized: true, offset: 0.000010536, sources: [{ name: '127.0.0.1', reachable: true, selected: true }] },
    ],
    [
      far,
      '^,*,127.0.0.1,5,0,377,0,-0.002516123,-0.028640732,0.000071017\n',
      { synchronized: true, offset: 99.97253418, sources: [{ name: '127.0.0.1', reachable: true, selected: true }] },
    ],
    [
      none,
      '^,?,192.0.2.1,0,6,0,4294967295,0.0,0.0,0.0\n#,x,PHC0,0,4,17,3,0.1,0.1,0.1\n',
      {
        synchronized: false,
        sources: [
          { name: '192.0.2.1', reachable: false, selected: false },
          { name: 'PHC0', reachable: true, selected: false },
        ],
      },
    ],
    [none, '', { synchronized: false, sources: [] }],
  ])('is read', (tracking, sources, expected) => expect(readChrony(tracking, sources)).toEqual(expected));
  test.each(['506 Cannot talk to daemon\n', '', 'a,b\n'])('is not read out of %j', (tracking) =>
    expect(readChrony(tracking, '')).toBeUndefined(),
  );
});

describe('timedatectl timesync-status', () => {
  const status = `       Server: 10.43.16.1 (10.43.16.1)
Poll interval: 1min 4s (min: 32s; max 34min 8s)
         Leap: normal
       Offset: +4.523ms
        Delay: 221us
 Packet count: 1
`;
  test.each([
    [
      status,
      true,
      {
        synchronized: true,
        offset: 0.004523,
        sources: [{ name: '10.43.16.1 (10.43.16.1)', reachable: true, selected: true }],
      },
    ],
    [
      status,
      false,
      {
        synchronized: false,
        offset: 0.004523,
        sources: [{ name: '10.43.16.1 (10.43.16.1)', reachable: true, selected: true }],
      },
    ],
    [
      '       Server: 10.43.16.1 (ntp.example)\n Packet count: 0\n',
      true,
      { synchronized: false, sources: [{ name: '10.43.16.1 (ntp.example)', reachable: false, selected: false }] },
    ],
    [
      '       Server: n/a (n/a)\nPoll interval: 0 (min: 32s; max 34min 8s)\n Packet count: 0\n',
      false,
      { synchronized: false, sources: [] },
    ],
    [
      '       Server: (null) (ntp.example)\n Packet count: 0\n',
      false,
      { synchronized: false, sources: [{ name: '(null) (ntp.example)', reachable: false, selected: false }] },
    ],
  ])('is read', (text, flag, expected) => expect(readTimesyncd(text, flag)).toEqual(expected));
  test('is not read out of an error', () => {
    expect(
      readTimesyncd(
        'Failed to query server: The name org.freedesktop.timesync1 was not provided by any .service files\n',
        true,
      ),
    ).toBeUndefined();
  });
  test.each([
    ['+4.523ms', 0.004523],
    ['-1min 2.5s', -62.5],
    ['221us', 0.000221],
    ['0', 0],
    ['-0', 0],
    ['1h 2min 3s', 3723],
  ])('%s is %d seconds', (span, value) => expect(seconds(span)).toBeCloseTo(value, 9));
  test.each(['', 'n/a', '5', '5 apples', '1s x'])('%j is no span', (span) => expect(seconds(span)).toBeUndefined());
});

describe('ntpq -pn', () => {
  const heading =
    '     remote           refid      st t when poll reach   delay   offset  jitter\n==============================================================================\n';
  test('is read', () => {
    const peers = `${heading}*192.0.2.1      .GPS.            1 u   24   64  377    0.913  -12.500   0.345\n+192.0.2.2      192.0.2.9        2 u   24   64    0    0.000    0.000   0.000\n`;
    expect(readNtp(peers)).toEqual({
      synchronized: true,
      offset: 0.0125,
      sources: [
        { name: '192.0.2.1', reachable: true, selected: true },
        { name: '192.0.2.2', reachable: false, selected: false },
      ],
    });
  });
  test('without a peer it follows one, it is not synchronized', () => {
    expect(
      readNtp(`${heading} 192.0.2.1      .INIT.          16 u    -   64    0    0.000    0.000   0.000\n`),
    ).toMatchObject({ synchronized: false });
    expect(readNtp('No association IDs returned\n')).toEqual({ synchronized: false, sources: [] });
    expect(readNtp('ntpq: read: Connection refused\n')).toBeUndefined();
  });
});

describe('time.sync', () => {
  const stdout = (more: string) => `rc:0\nunits=${hex(debian)}\n${more}`;
  test('is unknown where the daemon that runs does not tell', async () => {
    const silent = await read(
      timeSyncProbe,
      answering({ stdout: stdout(`tracking=${hex('506 Cannot talk to daemon\n')}\n`) }),
      {},
    );
    expect(reasonOf(silent)).toBe('chrony.service runs, and does not tell what it follows: 506 Cannot talk to daemon');
    const openntpd = `rc:0\nunits=${hex(unit('openntpd.service', 'active', 'enabled'))}\n`;
    expect(reasonOf(await read(timeSyncProbe, answering({ stdout: openntpd }), {}))).toMatch(/openntpd.service runs/);
    const old = `rc:1\nunits=${hex("System has not been booted with systemd as init system (PID 1). Can't operate.\n")}\n`;
    expect(reasonOf(await read(timeSyncProbe, answering({ stdout: old }), {}))).toMatch(/not been booted with systemd/);
  });
  test('names what would suffer from a step', async () => {
    const stopped = `rc:0\nunits=${hex(unit('chronyd.service', 'inactive', 'enabled'))}\nvirtual:kvm\ncontainer:none\nlocal_rtc:1\nsensitive:etcd\nsensitive:postgres\n`;
    expect(await read(timeSyncProbe, answering({ stdout: stopped }), {})).toEqual({
      installed: ['chronyd.service'],
      masked: [],
      running: [],
      starter: 'chronyd.service',
      synchronized: false,
      sources: [],
      steppable: false,
      virtual: 'kvm',
      container: false,
      local_rtc: true,
      sensitive: ['etcd', 'postgres'],
    });
  });
});

test('no answer makes a parser throw', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, other) => {
      readChrony(one, other);
      readTimesyncd(`Server: ${one}\nOffset: ${other}`, true);
      readNtp(one);
      readDaemons(one);
      seconds(one);
    }),
  );
});
