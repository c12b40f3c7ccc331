import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Unknown } from '../../../src/model/unknown.ts';
import { parseErrorLine, parseZone } from '../../../src/packs/nginx/error-line.ts';
import { modeOf, readErrorLog } from '../../../src/packs/nginx/error-window.ts';
import { mergeErrors } from '../../../src/packs/nginx/merge-errors.ts';

const tail =
  ', client: 127.0.0.1, server: a.example, request: "GET / HTTP/1.1", upstream: "http://127.0.0.1:39171/", host: "h"';
const line = (text: string) => `2026/11/21 00:36:18 [crit] 9009#9009: *3 ${text}`;
const at = Date.UTC(2026, 10, 21, 0, 36, 18);

// Lines of nginx 1.22.1, recorded; the AppArmor one on Debian's kernel 6.1.
describe('a line of the error log', () => {
  test.each([
    [
      'refused by rights on a socket',
      line(`connect() to unix:/run/app.sock failed (13: Permission denied) while connecting to upstream${tail}`),
      { call: 'connect', sync: true, errno: 13, peer: 'unix:/run/app.sock', kind: 'unix', path: '/run/app.sock' },
    ],
    [
      'refused by policy on a port',
      line(`connect() to 127.0.0.1:3000 failed (13: Permission denied) while connecting to upstream${tail}`),
      { sync: true, errno: 13, peer: '127.0.0.1:3000', kind: 'tcp', address: '127.0.0.1', port: 3000 },
    ],
    [
      'IPv6',
      line(`connect() to [::1]:3000 failed (101: Network is unreachable) while connecting to upstream${tail}`),
      { errno: 101, peer: '[::1]:3000', address: '::1', port: 3000 },
    ],
    [
      'a closed port, told later, without its address',
      line(`connect() failed (111: Connection refused) while connecting to upstream${tail}`),
      { sync: false, errno: 111, kind: 'tcp' },
    ],
    [
      'AppArmor’s network rule',
      line(`socket() failed (13: Permission denied) while connecting to upstream${tail}`),
      { call: 'socket', sync: true, errno: 13 },
    ],
    [
      'no answer',
      line(`upstream timed out (110: Connection timed out) while connecting to upstream${tail}`),
      { call: 'timeout', sync: false, errno: 110 },
    ],
    [
      'a wrong proxy_bind',
      line(`bind(203.0.113.99) failed (99: Cannot assign requested address) while connecting to upstream${tail}`),
      { call: 'bind', errno: 99 },
    ],
  ])('%s', (_why, text, expected) => {
    expect(parseErrorLine(text, 0)).toMatchObject({
      ...expected,
      epoch_ms: at,
      pid: 9009,
      connection: 3,
      level: 'crit',
    });
  });

  test.each([
    ['another kind of error', line(`open() "/html/no" failed (2: No such file or directory)${tail}`)],
    [
      'a later stage',
      line(`recv() failed (104: Connection reset by peer) while reading response header from upstream${tail}`),
    ],
    [
      'the words inside a request',
      line(
        `open() "/x" failed (2: No such file), request: "GET /connect() to 1.1.1.1:1 failed (13: Permission denied) while connecting to upstream"`,
      ),
    ],
    [
      'a line without nginx’s prefix',
      'connect() to 127.0.0.1:3000 failed (13: Permission denied) while connecting to upstream',
    ],
    [
      'something before the prefix',
      ` ${line(`connect() failed (13: Permission denied) while connecting to upstream`)}`,
    ],
    ['no number', line('connect() failed (x: Permission denied) while connecting to upstream')],
  ])('%s is not one', (_why, text) => {
    expect(parseErrorLine(text, 0)).toBeUndefined();
  });

  test('what clients sent, behind nginx’s own words, changes nothing', () => {
    const own = line('connect() to 127.0.0.1:3000 failed (13: Permission denied) while connecting to upstream');
    fc.assert(
      fc.property(fc.string(), (sent) => {
        expect(parseErrorLine(`${own}, request: "${sent}"`, 0)).toEqual(parseErrorLine(own, 0));
      }),
    );
  });

  test('no text makes it throw, and none takes long', () => {
    fc.assert(
      fc.property(
        fc.string(),
        (text) => void parseErrorLine(line(`connect() to ${text} while connecting to upstream`), 0),
      ),
    );
    const begun = performance.now();
    parseErrorLine(line(`connect() to ${'1:1 '.repeat(50_000)} while connecting to upstream`), 0);
    parseErrorLine(line(`connect() to ${'1:'.repeat(50_000)} failed (1: while connecting to upstream`), 0);
    expect(performance.now() - begun).toBeLessThan(1000);
  });

  test.each([
    ['+0000', 0],
    ['+0530', 330],
    ['-0800', -480],
    ['UTC', undefined],
  ])('zone %s', (zone, minutes) => {
    expect(parseZone(zone)).toBe(minutes);
  });
});

describe('the window', () => {
  const logged =
    'E 2026/11/21 02:36:18 [crit] 9#9: *3 connect() to 1.2.3.4:5 failed (13: Permission denied) while connecting to upstream';
  const seconds = at / 1000;
  const output = (from: number, ...more: string[]) =>
    [`Z +0200 ${seconds + 60} ${from}`, 'L read /v/e', logged, ...more].join('\n');
  const count = (text: string) => {
    const lines = readErrorLog(text);
    return lines instanceof Unknown ? lines.reason : lines.length;
  };

  test('local time becomes the host’s own epoch, and older lines fall out', () => {
    expect(readErrorLog(output(seconds))).toMatchObject([{ epoch_ms: at }]);
    expect(count(output(seconds + 1))).toBe(0);
  });

  test('lines of the second in which the change was made do not count', () => {
    expect(modeOf('change', at + 1)).toBe(`since ${seconds + 1}`);
    expect(modeOf('change', at)).toBe(`since ${seconds}`);
    expect(modeOf('90m', 0)).toBe('ago 5400');
  });

  test.each([
    ['a log we may not read', `Z +0000 1 0\nL read /v/e\nL denied /v/a`, /cannot read \/v\/a: needs root/],
    ['only missing logs', 'Z +0000 1 0\nL missing /v/e', /no error_log/],
    ['only a device', 'Z +0000 1 0\nL special /v/e', /no error_log/],
    ['a journal we may not read', 'Z +0000 1 0\nJ denied', /journal.*needs root/],
    ['no journalctl', 'Z +0000 1 0\nJ missing', /journalctl is not installed/],
    [
      'a log too big to see the whole window',
      'Z +0000 1795221378 1795221000\nL read /v/e\nW 2026/11/21 00:35:00',
      /32 MiB/,
    ],
    ['no answer', '', /time zone/],
  ])('%s is unreadable, not empty', (_why, text, reason) => {
    expect(count(text)).toMatch(reason);
  });

  test('a big log whose read part reaches back far enough is an answer', () => {
    expect(count('Z +0000 1795221378 1795221000\nL read /v/e\nW 2026/11/21 00:29:59')).toBe(0);
  });

  test('a quiet journal is an answer', () => {
    expect(count('Z +0000 1 0\nJ read')).toBe(0);
  });
});

test('equal errors are one entry with its count, the newest first', () => {
  const parsed = [10, 30, 20].flatMap(
    (second) =>
      parseErrorLine(
        `2026/11/21 00:00:${second} [crit] ${second}#1: connect() to 1.2.3.4:5 failed (13: x) while connecting to upstream`,
        0,
      ) ?? [],
  );
  const other = parseErrorLine(
    '2026/11/21 00:00:25 [error] 1#1: connect() failed (111: x) while connecting to upstream',
    0,
  );
  const merged = mergeErrors(other ? [...parsed, other] : parsed);
  expect(merged.map(({ errno, count, pid }) => [errno, count, pid])).toEqual([
    [13, 3, 30],
    [111, 1, 1],
  ]);
  expect((merged[0]?.last_epoch_ms ?? 0) - (merged[0]?.epoch_ms ?? 0)).toBe(20_000);
});
