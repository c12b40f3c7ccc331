import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { includePatterns, parseLine, readConfigLines } from '../../../src/packs/sshd/config-lines.ts';
import { isListener, startOptions } from '../../../src/packs/sshd/daemon.ts';
import { dropInContent, dropInPath, shadowedBy, sourceOf } from '../../../src/packs/sshd/drop-in.ts';

const main = '/etc/ssh/sshd_config';
const folder = '/etc/ssh/sshd_config.d';

function linesOf(text: string, files: Readonly<Record<string, string>> = {}) {
  const paths = Object.keys(files).map((name) => `${folder}/${name}`);
  return readConfigLines(main, {
    texts: new Map([
      [main, text],
      ...Object.entries(files).map(([name, each]) => [`${folder}/${name}`, each] as const),
    ]),
    matches: new Map([[`${folder}/*.conf`, paths]]),
  });
}
/** The first lines of Debian's and RHEL 9's sshd_config. */
const includes = `# comment\nInclude ${folder}/*.conf\nUsePAM yes\n`;

describe('a line of sshd_config', () => {
  test.each([
    ['PermitRootLogin no', { keyword: 'permitrootlogin', value: 'no' }],
    ['  permitrootlogin=yes  ', { keyword: 'permitrootlogin', value: 'yes' }],
    ['Port = 22', { keyword: 'port', value: '22' }],
    ['UsePAM yes # so it is', { keyword: 'usepam', value: 'yes' }],
    ['UsePAM yes\r', { keyword: 'usepam', value: 'yes' }],
    ['#PermitRootLogin no', undefined],
    ['', undefined],
    ['Banner', undefined],
  ])('%j', (text, expected) => {
    expect(parseLine(text)).toEqual(expected);
  });
  test('any text gives a line or none', () => {
    fc.assert(fc.property(fc.string(), (text) => (parseLine(text)?.keyword ?? 'x') !== ''));
  });
  test('includes several patterns, some relative', () => {
    expect(includePatterns('a/*.conf "/b c/*.conf"')).toEqual(['/etc/ssh/a/*.conf', '/b c/*.conf']);
  });
});

describe('files that include others', () => {
  test('are read in order, and a Match block ends with its file', () => {
    const found = linesOf(`${includes}Match User x\nX11Forwarding yes\nMatch all\nMaxAuthTries 3\n`, {
      '50-cloud.conf': 'PasswordAuthentication yes\nMatch Group y\nPermitRootLogin yes\n',
    });
    expect(found.map(({ keyword, match }) => [keyword, match])).toEqual([
      ['include', ''],
      ['passwordauthentication', ''],
      ['permitrootlogin', 'Group y'],
      ['usepam', ''],
      ['x11forwarding', 'User x'],
      ['maxauthtries', ''],
    ]);
    expect(sourceOf('PasswordAuthentication', found)).toBe(`${folder}/50-cloud.conf:1`);
    expect(sourceOf('PermitRootLogin', found)).toBe('');
  });
  test('that include themselves come to an end', () => {
    const found = readConfigLines('/a', {
      texts: new Map([['/a', 'Include /a\nUsePAM yes']]),
      matches: new Map([['/a', ['/a']]]),
    });
    expect(found.length).toBeLessThan(100);
  });
});

describe('mendgate’s own file', () => {
  const path = `${folder}/00-mendgate.conf`;
  test.each([
    ['where the folder is included', includes, path],
    ['not where nothing is', 'UsePAM yes\n', ''],
    ['not where one file is', 'Include /etc/ssh/extra.conf\n', ''],
    ['not where it counts for some only', `Match User x\nInclude ${folder}/*.conf\n`, ''],
    ['not in a folder that is a pattern itself', 'Include /etc/ssh/*/*.conf\n', ''],
  ])('%s', (_where, text, expected) => {
    expect(dropInPath(linesOf(text))).toBe(expected);
  });
  test('keeps what it says, but for what changes', () => {
    const lines = linesOf(includes, {
      '00-mendgate.conf': 'MaxAuthTries 6\nX11Forwarding no\n',
      '50-x.conf': 'UseDNS no\n',
    });
    const drift = [{ setting: 'MaxAuthTries', now: '6', wanted: '4' }];
    expect(dropInContent(path, lines, drift).split('\n').slice(1)).toEqual(['x11forwarding no', 'MaxAuthTries 4', '']);
  });
  test.each([
    ['nothing says it', includes, {}, ''],
    ['a later file says it', includes, { '50-x.conf': 'MaxAuthTries 6\n' }, ''],
    ['a file before ours says it', includes, { '00-a.conf': 'MaxAuthTries 6\n' }, `${folder}/00-a.conf:1`],
    ['the main file says it later', `${includes}MaxAuthTries 6\n`, {}, ''],
    ['the main file says it first', `MaxAuthTries 6\n${includes}`, {}, `${main}:1`],
    ['it says it for some only', `Match User x\nMaxAuthTries 6\nMatch all\n${includes}`, {}, ''],
  ])('where %s', (_where, text, files, expected) => {
    expect(shadowedBy('MaxAuthTries', path, linesOf(text, files))).toBe(expected);
  });
  test('knows the other name of a setting', () => {
    const lines = linesOf(`ChallengeResponseAuthentication yes\n${includes}`);
    expect(shadowedBy('KbdInteractiveAuthentication', path, lines)).toBe(`${main}:1`);
  });
});

/** Titles of OpenSSH 9.2 (Debian 12) and 8.0 (RHEL 8), where the crypto policy comes as options. */
test.each([
  ['sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups', []],
  ['sshd: /usr/sbin/sshd -D -e -f /tmp/x/sshd_config [listener] 0 of 200-200 startups', ['-f', '/tmp/x/sshd_config']],
  [
    '/usr/sbin/sshd -D -oCiphers=aes256-gcm@openssh.com,aes256-ctr -oMACs=hmac-sha2-256 ',
    ['-o', 'Ciphers=aes256-gcm@openssh.com,aes256-ctr', '-o', 'MACs=hmac-sha2-256'],
  ],
  ['sshd: /usr/sbin/sshd -Df /x -p 2222 -E /var/log/x [listener] 1 of 10-100 startups', ['-f', '/x', '-p', '2222']],
])('%j was started with %j', (title, expected) => {
  expect(isListener(title)).toBe(true);
  expect(startOptions(title)).toEqual(expected);
});
test('a session is no listener', () => {
  expect(['sshd: ops@notty', 'sshd: ops [priv]', ''].map(isListener)).toEqual([false, false, false]);
});
