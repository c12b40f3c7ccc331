import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDeletedOpen } from '../../../src/packs/storage/deleted-open.ts';
import { fileSystemOf, parseDf } from '../../../src/packs/storage/df.ts';
import { parseJournalFiles } from '../../../src/packs/storage/journal-files.ts';
import { isCompressed, isRotated, parseLogFiles } from '../../../src/packs/storage/log-files.ts';
import { parseRotation, parseTold } from '../../../src/packs/storage/rotation.ts';
import { parseTree } from '../../../src/packs/storage/tree-lines.ts';

const hex = (text: string) => Buffer.from(text).toString('hex');

describe('df', () => {
  // From coreutils 9.1 and BusyBox 1.35.
  test.each([
    [
      'Filesystem     1024-blocks    Used Available Capacity Mounted on\n/dev/vda           3021608 1205148   1642664      43% /\n',
      { source: '/dev/vda', total: 3021608, used: 1205148, available: 1642664, mount: '/' },
    ],
    [
      'Filesystem       Inodes IUsed  IFree IUse% Mounted on\n/dev/mapper/a b  196608 15417 181191    8% /srv/my logs\n',
      { source: '/dev/mapper/a b', total: 196608, used: 15417, available: 181191, mount: '/srv/my logs' },
    ],
    [
      'Filesystem Inodes IUsed IFree IUse% Mounted on\nbtrfs 0 0 0 - /\n',
      { source: 'btrfs', total: 0, used: 0, available: 0, mount: '/' },
    ],
    [
      'Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/sda1 1000 1000 -50 105% /\n',
      { source: '/dev/sda1', total: 1000, used: 1000, available: 0, mount: '/' },
    ],
  ])('reads its one line', (output, line) => {
    expect(parseDf(output)).toEqual(line);
  });
  test.each([
    '',
    'df: /x: No such file or directory\n',
    'Filesystem\n/dev/vda 1 2 3\n',
    'a\nb 1 2 3 4% /\nc 1 2 3 4% /x\n',
  ])('takes nothing else for one: %j', (output) => expect(parseDf(output)).toBeUndefined());

  test('the last mount on a place counts, whatever blanks are in its name', () => {
    const mounts =
      '/dev/a / ext4 rw,noatime 0 0\ntmpfs /my\\040logs tmpfs rw 0 0\n/dev/b /my\\040logs xfs ro,nodev 0 0\n';
    expect(fileSystemOf(mounts, '/my logs')).toEqual({ type: 'xfs', readOnly: true });
    expect(fileSystemOf(mounts, '/')).toEqual({ type: 'ext4', readOnly: false });
    expect(fileSystemOf(mounts, '/nowhere')).toBeUndefined();
  });
});

describe('names of logs', () => {
  test.each([
    ['/var/log/app.log', false, false],
    ['/var/log/app.log.1', true, false],
    ['/var/log/app.log.12.gz', true, true],
    ['/var/log/messages-20261121', true, false],
    ['/var/log/messages-20261121-1795255783.xz', true, true],
    ['/var/log/app-20261121.log', true, false],
    // Another program's own scheme: it may still write there, or count its files.
    ['/var/log/app.2026-11-21.log', false, false],
    ['/var/log/php8.2-fpm.log', false, false],
    ['/var/log/postgresql-15', false, false],
    ['/var/log/core.12345', false, false],
    ['/var/log/.1', false, false],
  ])('%s: rotated %s, compressed %s', (path, rotated, compressed) => {
    expect([isRotated(path), isCompressed(path)]).toEqual([rotated, compressed]);
  });
});

describe('log.files', () => {
  test('tells which generation can be packed', () => {
    const stdout = [
      'O 64768 12',
      'L 64768 10 4096 1 1795255700 /var/log/app.log.1',
      'L 64768 11 4096 2 1795255700 /var/log/two names.log.1',
      'L 64768 12 4096 1 1795255700 /var/log/open.log.1',
      'L 64768 13 4096 1 1795255700 /var/log/app.log.2.gz',
      'L 64768 14 8192 1 1795255700 /var/log/app.log',
      'L 64768 15 8192 1 1795255700 /var/log/journal/1/system@1-2-3.journal',
      'END',
      '',
    ].join('\n');
    const files = parseLogFiles(stdout);
    expect(files?.map(({ path }) => path)).toEqual([
      '/var/log/app.log.1',
      '/var/log/two names.log.1',
      '/var/log/open.log.1',
      '/var/log/app.log.2.gz',
      '/var/log/app.log',
    ]);
    expect(files?.map(({ packable }) => packable)).toEqual([true, false, false, false, false]);
    expect(files?.[2]).toEqual({
      path: '/var/log/open.log.1',
      bytes: 2_097_152,
      mtime: 1_795_255_700,
      rotated: true,
      compressed: false,
      open: true,
      packable: false,
    });
  });
  test('calls no list whole whose end is missing', () => {
    expect(parseLogFiles('L 1 2 4096 1 1 /a.1\n')).toBeUndefined();
  });
});

describe('disk.deleted_open', () => {
  const file = (inode: number, blocks: number, pid: number, path: string, cgroup: string) =>
    `held:${inode} ${blocks} ${pid}\npath=${hex(path)}\nprocess=${hex('app\n')}\ncgroup=${hex(cgroup)}\n`;
  test('counts a file once, however many hold it, and names the unit', () => {
    const stdout = `${file(7, 8_000_000, 317, '/var/log/app.log (deleted)', '0::/system.slice/app.service\n')}${file(7, 8_000_000, 318, '/var/log/app.log (deleted)', '0::/system.slice/app.service\n')}${file(8, 16, 400, '/tmp/small\nheld:9 9 9 (deleted)', '1:name=systemd:/user.slice/user-0.slice/x.service\n')}done:1\n`;
    expect(parseDeletedOpen(stdout)).toEqual({
      bytes: 8_000_000 * 512 + 16 * 512,
      files: [{ path: '/var/log/app.log', bytes: 4_096_000_000, pid: 317, process: 'app', unit: 'app.service' }],
    });
  });
  test('takes no broken look for "none"', () => {
    expect(parseDeletedOpen('')).toBeUndefined();
    expect(parseDeletedOpen('done:1\n')).toEqual({ bytes: 0, files: [] });
  });
});

test('journal.usage tells what a vacuum could take', () => {
  const folder = '/var/log/journal/5f2e';
  const stdout = `folder:/var/log/journal\nmount:/var\nfile:16384 ${folder}/system.journal\nfile:32768 ${folder}/system@00062a-1.journal\nfile:8 ${folder}/user-1000@00062b.journal~\ndone:1\n`;
  expect(parseJournalFiles(stdout)).toEqual({
    exists: true,
    persistent: true,
    path: '/var/log/journal',
    mount: '/var',
    bytes: 49160 * 512,
    archived_bytes: 32776 * 512,
  });
  expect(parseJournalFiles('done:1\n')).toMatchObject({ exists: false, path: '', bytes: 0 });
  expect(parseJournalFiles('folder:/var/log/journal\n')).toBeUndefined();
});

describe('logrotate -d', () => {
  // logrotate 3.21 on Debian 12, with a rule that names no word it knows and a log that two files have rules for.
  const told = `error: bad:1 duplicate log entry for /var/log/app/b.log
error: bad:2 unknown option 'weeekly' -- ignoring line
error: found error in /var/log/app/b.log , skipping
considering log /var/log/alternatives.log
considering log /var/log/app/a.log
  log needs rotating
considering log /var/log/nginx/access.log
considering log /var/log/nginx/access.log
`;
  test('tells what has rules, what is due, and what is wrong', () => {
    expect(parseTold(told)).toEqual({
      errors: [
        'bad:1 duplicate log entry for /var/log/app/b.log',
        "bad:2 unknown option 'weeekly' -- ignoring line",
        'found error in /var/log/app/b.log , skipping',
      ],
      covered: ['/var/log/alternatives.log', '/var/log/app/a.log', '/var/log/nginx/access.log'],
      due: ['/var/log/app/a.log'],
    });
  });
  const answer = (more: string, rc = 0, text = '') => `installed:1\nrc:${rc}\ntold=${hex(text)}\n${more}done:1\n`;
  test.each([
    ['an active timer', answer('timer:active\ntimer_file:enabled\n'), 'timer'],
    ['a job of a cron that runs', answer('timer:inactive\njob:/etc/cron.daily/logrotate\ncron:1\n'), 'cron'],
    ['a job without a cron', answer('job:/etc/cron.daily/logrotate\n'), 'none'],
    ['a cron without a job', answer('cron:1\n'), 'none'],
  ])('knows what runs it: %s', (_what, stdout, schedule) => {
    expect(parseRotation(stdout)).toMatchObject({ installed: true, schedule });
  });
  test('does not take a logrotate that cannot start for one without faults', () => {
    expect(parseRotation(answer('', 127, ''))).toBeUndefined();
    expect(parseRotation(answer('', 1, 'error: bad:2 unknown option'))?.errors).toHaveLength(1);
    expect(parseRotation('timer:\ndone:1\n')).toEqual({
      installed: false,
      errors: [],
      covered: [],
      due: [],
      schedule: 'none',
      timer_file: '',
    });
    expect(parseRotation('installed:1\nrc:0\n')).toBeUndefined();
  });
});

test('disk.largest reads paths to the line’s end, and no line that is not its own', () => {
  const stdout =
    'A 1000000 0 /\nF 4096 1795255700 /var/log/a b.log\nD 8192 12 /var/log\nE 590000 16 /var/spool\nX 1 1 /x\nF x 1 /y\n';
  expect(parseTree(stdout)).toEqual({
    bytes: 512_000_000,
    files: [{ path: '/var/log/a b.log', bytes: 2_097_152, mtime: 1_795_255_700 }],
    directories: [{ path: '/var/log', bytes: 4_194_304, entries: 12 }],
    crowded: [{ path: '/var/spool', entries: 590_000, bytes: 8192 }],
  });
  expect(parseTree('')).toBeUndefined();
});

test('no answer of a host makes a parser throw', () => {
  const parsers = [parseDf, parseDeletedOpen, parseJournalFiles, parseLogFiles, parseRotation, parseTree, parseTold];
  const line = fc.oneof(
    fc.string(),
    fc.stringMatching(/^(?:held|path|told|file|folder|done|[OLFDEA])[ :=][ -~]{0,30}$/),
  );
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      for (const parse of parsers) parse(lines.join('\n'));
    }),
  );
});
