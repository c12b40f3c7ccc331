import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findDrift, readEffective, type Wanted } from '../../../src/packs/sshd/settings.ts';
import { countKeys, cutOff, loggedMethod, sessionUser } from '../../../src/packs/sshd/way-in.ts';

const wanted: Wanted = {
  root_login: 'prohibit-password',
  password_authentication: false,
  keyboard_interactive: false,
  empty_passwords: false,
  x11_forwarding: false,
  max_auth_tries: 4,
  login_grace_time: 60,
  weak: ['*-cbc', 'umac-64*'],
  accepted_exceptions: [],
};
const driftOf = (text: string, more: Partial<Wanted> = {}) =>
  findDrift(readEffective(text), { ...wanted, ...more }).map(({ setting, wanted: value }) => `${setting} ${value}`);

/** Lines as `sshd -T` of OpenSSH 9.2 and 8.0 prints them. */
describe('a setting is lax', () => {
  test.each([
    ['permitrootlogin yes', ['PermitRootLogin prohibit-password']],
    ['permitrootlogin without-password', []],
    ['permitrootlogin prohibit-password', []],
    ['permitrootlogin forced-commands-only', []],
    ['permitrootlogin no', []],
    ['passwordauthentication yes', ['PasswordAuthentication no']],
    ['passwordauthentication no', []],
    ['kbdinteractiveauthentication yes', ['KbdInteractiveAuthentication no']],
    ['challengeresponseauthentication yes', ['ChallengeResponseAuthentication no']],
    ['permitemptypasswords yes', ['PermitEmptyPasswords no']],
    ['x11forwarding yes', ['X11Forwarding no']],
    ['maxauthtries 5', ['MaxAuthTries 4']],
    ['maxauthtries 4', []],
    ['logingracetime 61', ['LoginGraceTime 60']],
    ['logingracetime 60', []],
    ['logingracetime 0', ['LoginGraceTime 60']],
    ['ciphers aes128-ctr,aes128-cbc,aes256-gcm@openssh.com', ['Ciphers aes128-ctr,aes256-gcm@openssh.com']],
    ['macs umac-128@openssh.com', []],
    ['macs umac-64-etm@openssh.com,hmac-sha2-256', ['MACs hmac-sha2-256']],
    ['port 22\nport 2222\nusepam yes', []],
    ['', []],
  ])('%j: %j', (text, expected) => {
    expect(driftOf(text)).toEqual(expected);
  });

  test('only where it is not allowed', () => {
    const all = 'permitrootlogin yes\npasswordauthentication yes\nx11forwarding yes\nciphers aes128-cbc';
    const more = { root_login: 'yes', password_authentication: true, x11_forwarding: true, weak: [] } as const;
    expect(driftOf(all, more)).toEqual([]);
    expect(driftOf('permitrootlogin without-password', { root_login: 'no' })).toEqual(['PermitRootLogin no']);
  });

  test('never once what was wanted is said: the cure is one', () => {
    const value = fc.constantFrom('yes', 'no', 'without-password', '0', '3', '200', 'aes128-cbc,aes128-ctr');
    const name = fc.constantFrom(
      'permitrootlogin',
      'passwordauthentication',
      'maxauthtries',
      'logingracetime',
      'ciphers',
    );
    fc.assert(
      fc.property(fc.dictionary(name, value), (said) => {
        const before = new Map(Object.entries(said));
        const drift = findDrift(before, wanted);
        const after = new Map([...before, ...drift.map((each) => [each.setting.toLowerCase(), each.wanted] as const)]);
        return findDrift(after, wanted).length === 0;
      }),
    );
  });

  test('a pattern is no regular expression', () => {
    expect(driftOf('ciphers aes128-ctr,a.c', { weak: ['a.c', '('] })).toEqual(['Ciphers aes128-ctr']);
  });
});

describe('who logged in', () => {
  test.each([
    ['sshd: ops@notty', 'ops'],
    ['sshd: ops@pts/0', 'ops'],
    ['sshd: ops [priv]', 'ops'],
    ['sshd-session: first.last@notty ', 'first.last'],
    ['sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups', ''],
    ['bash', ''],
    ['', ''],
  ])('%j is %j', (title, user) => {
    expect(sessionUser(title)).toBe(user);
  });

  const connection = '10.0.2.2 57472 10.0.2.15 22';
  test.each([
    ['Accepted publickey for ops from 10.0.2.2 port 57472 ssh2: ED25519 SHA256:x', 'publickey'],
    [
      'Nov 21 sshd[1]: Accepted keyboard-interactive/pam for ops from 10.0.2.2 port 57472 ssh2',
      'keyboard-interactive/pam',
    ],
    ['Accepted password for ops from 10.0.2.2 port 57473 ssh2', ''],
    ['Accepted password for root from 10.0.2.2 port 57472 ssh2', ''],
    ['', ''],
  ])('%j: by %j', (log, method) => {
    expect(loggedMethod(log, 'ops', connection)).toBe(method);
  });
  test('the last of several lines counts: ports are used again', () => {
    const line = (method: string) => `Accepted ${method} for ops from 10.0.2.2 port 57472 ssh2`;
    expect(loggedMethod(`${line('publickey')}\n${line('password')}`, 'ops', connection)).toBe('password');
  });

  test('keys are counted, not comments', () => {
    const key = `ssh-ed25519 ${'A'.repeat(68)} me`;
    const sk = `sk-ssh-ed25519@openssh.com ${'A'.repeat(68)}`;
    expect(countKeys(`# ${key}\n\n${key}\nfrom="10.*" ${key}\n${sk}\nnonsense\n`)).toBe(3);
  });
});

describe('a login is cut off', () => {
  const now = readEffective('permitrootlogin yes\npasswordauthentication yes\nkbdinteractiveauthentication no');
  test.each([
    ['by key', { user: 'ops', method: 'publickey', keys: 1 }, {}, ''],
    ['by password', { user: 'ops', method: 'password', keys: 1 }, {}, 'ops came by password'],
    ['by password, which stays', { user: 'ops', method: 'password', keys: 0 }, { password_authentication: true }, ''],
    [
      'root by password, though others keep it',
      { user: 'root', method: 'password', keys: 0 },
      { password_authentication: true },
      'root came by',
    ],
    [
      'by questions',
      { user: 'ops', method: 'keyboard-interactive/pam', keys: 1 },
      {},
      'ops came by keyboard-interactive',
    ],
    ['root by key', { user: 'root', method: 'publickey', keys: 1 }, {}, ''],
    [
      'root, who may no more',
      { user: 'root', method: 'publickey', keys: 1 },
      { root_login: 'no' },
      'root may log in no more',
    ],
    [
      'root, with fixed commands only',
      { user: 'root', method: 'publickey', keys: 1 },
      { root_login: 'forced-commands-only' },
      'fixed commands',
    ],
    ['nobody knows how, with a key', { user: 'ops', method: '', keys: 1 }, {}, ''],
    ['nobody knows how, without a key', { user: 'ops', method: '', keys: 0 }, {}, 'no authorized key'],
    ['nobody knows who', { user: '', method: '', keys: 0 }, {}, 'cannot be told as whom'],
  ] as const)('%s', (_how, way, more, expected) => {
    const said = cutOff(way, now, { ...wanted, ...more });
    if (expected === '') expect(said).toBe('');
    else expect(said).toContain(expected);
  });
  test('also by what the files say already and nobody loaded', () => {
    const files = readEffective('permitrootlogin no\npasswordauthentication no');
    expect(cutOff({ user: 'ops', method: 'password', keys: 1 }, files, wanted)).toContain('ops came by password');
    expect(cutOff({ user: 'root', method: 'publickey', keys: 1 }, files, { ...wanted, root_login: 'yes' })).toContain(
      'no more',
    );
  });
});
