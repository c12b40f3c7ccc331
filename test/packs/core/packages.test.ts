import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import packageInstalledAction from '../../../src/packs/core/package-installed-action.ts';
import packageInstalledProbe from '../../../src/packs/core/package-installed-probe.ts';
import {
  answering,
  dash,
  diff,
  inspect,
  inTempDirectory,
  localHost,
  read,
  reasonOf,
  runHere,
  shells,
  undoing,
} from './local-host.ts';

test.runIf(existsSync('/var/lib/dpkg/status'))("asks this machine's own data base", async () => {
  expect(await read(packageInstalledProbe, localHost(dash), { name: 'dpkg' })).toMatchObject({
    installed: true,
    manager: 'dpkg',
    version: expect.stringMatching(/^\d/),
  });
  expect(await read(packageInstalledProbe, localHost(dash), { name: 'no-such-package' })).toEqual({
    name: 'no-such-package',
    installed: false,
    manager: 'dpkg',
  });
});

test('a host without a readable data base is unreadable, not "absent"', async () => {
  for (const stdout of ['no_database:1\n', 'manager:rpm\nno_database:1\n', '']) {
    expect(reasonOf(await read(packageInstalledProbe, answering({ stdout }), { name: 'x' }))).toContain('data base');
  }
});

describe('package.installed', () => {
  test('installs by the host’s own program and removes only what it installed', async () => {
    const stdout = 'manager:apk\ninstaller:apk\n';
    const state = await inspect(packageInstalledAction, answering({ stdout }), { name: 'x' });
    const change = diff(packageInstalledAction, state, { name: 'x' }) ?? null;
    expect(packageInstalledAction.apply(change)).toMatchObject([{ argv: ['apk', 'add', '--', 'x'] }]);
    expect(undoing(packageInstalledAction, change, state)).toMatchObject([{ argv: ['apk', 'del', '--', 'x'] }]);
  });

  test('on Debian it never asks questions and gets its name as data', async () => {
    const state = await inspect(packageInstalledAction, answering({ stdout: 'manager:dpkg\ninstaller:apt-get\n' }), {
      name: 'x',
    });
    const [command] = packageInstalledAction.apply(diff(packageInstalledAction, state, { name: 'x' }) ?? null);
    expect(command).toMatchObject({ variables: { name: 'x' }, env: { DEBIAN_FRONTEND: 'noninteractive' } });
  });

  test('has nothing to do when it is there, and says when it cannot', async () => {
    const there = await inspect(packageInstalledAction, answering({ stdout: 'manager:rpm\nversion:1-2\n' }), {
      name: 'x',
    });
    expect(diff(packageInstalledAction, there, { name: 'x' })).toBeUndefined();
    await expect(
      inspect(packageInstalledAction, answering({ stdout: 'manager:rpm\n' }), { name: 'x' }),
    ).rejects.toThrow('dnf, yum, zypper');
  });

  test.each([
    [100, 'E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 7 (apt-get)'],
    [200, 'metadata already locked by 4711'],
    [
      200,
      'Existing lock /run/yum.pid: another copy is running as pid 7.\nAnother app is currently holding the yum lock; exiting as configured by exit_on_lock',
    ],
    [1, 'Transaction failed: Failed to obtain rpm transaction lock. Another transaction is in progress.'],
    [1, "error: can't create transaction lock on /var/lib/rpm/.rpm.lock (Resource temporarily unavailable)"],
    [7, 'System management is locked by the application with pid 7 (zypper).'],
    [99, 'ERROR: Unable to lock database: Resource temporarily unavailable'],
  ])('a held lock means that nothing was done: %i %s', (rc, stderr) => {
    const answer = { rc, stdout: '', stderr, truncated: false, ms: 1 };
    expect(packageInstalledAction.nothingDone(answer)).toBe('another program holds the lock of the package data base');
    expect(packageInstalledAction.nothingDone({ ...answer, rc: 0 })).toBeUndefined();
    expect(packageInstalledAction.nothingDone({ ...answer, stderr: 'E: Unable to locate package x' })).toBeUndefined();
  });
});

describe.each(shells)('who holds the package data base, in $name', (shell) => {
  const held = (root: string) =>
    packageInstalledAction.busy?.(
      {
        since: 0,
        run: async (command) =>
          runHere(shell, 'script' in command ? { ...command, variables: { ...command.variables, root } } : command),
      },
      null,
    );
  const put = (root: string, path: string, text: string): void => {
    mkdirSync(dirname(`${root}/${path}`), { recursive: true });
    writeFileSync(`${root}/${path}`, text);
  };
  /** As the kernel writes it in /proc/locks. */
  const device = (path: string): string => {
    const { dev, ino } = statSync(path, { bigint: true });
    const two = (n: bigint): string => n.toString(16).padStart(2, '0');
    return `${two((dev >> 8n) & 0xfffn)}:${two((dev & 0xffn) | ((dev >> 12n) & 0xfff00n))}:${ino}`;
  };

  test.each([
    'var/lib/dpkg/lock-frontend',
    'usr/lib/sysimage/rpm/.rpm.lock',
    'run/dnf/rpmtransaction.lock',
    'lib/apk/db/lock',
  ])('by the kernel’s table of locks: %s', async (path) => {
    await inTempDirectory(async (root) => {
      expect(await held(root)).toBeUndefined();
      put(root, path, '');
      const lock = device(`${root}/${path}`);
      put(
        root,
        'proc/locks',
        `1: POSIX  ADVISORY  READ 77 ${lock} 0 EOF\n2: FLOCK  ADVISORY  WRITE 77 fe:00:9 0 EOF\n`,
      );
      expect(await held(root)).toBeUndefined();
      put(
        root,
        'proc/locks',
        `1: -> POSIX  ADVISORY  WRITE 1 ${lock} 0 EOF\n2: POSIX  ADVISORY  WRITE 77 ${lock} 0 EOF\n`,
      );
      expect(await held(root)).toBe('the package data base is held by process 77');
      put(root, 'proc/77/comm', 'unattended-upgr\n');
      expect(await held(root)).toBe('the package data base is held by unattended-upgr (process 77)');
      put(root, 'proc/locks', `1: OFDLCK ADVISORY  WRITE -1 ${lock} 0 EOF\n`);
      expect(await held(root)).toBe('the package data base is held by another program');
    });
  });

  test.each(['var/cache/dnf/metadata_lock.pid', 'var/lib/dnf/rpmdb_lock.pid', 'run/yum.pid', 'run/zypp.pid'])(
    'by the process that wrote itself into %s, while it lives',
    async (path) => {
      await inTempDirectory(async (root) => {
        put(root, path, '4711');
        expect(await held(root)).toBeUndefined();
        put(root, 'proc/4711/stat', '');
        put(root, 'proc/4711/comm', 'dnf\n');
        expect(await held(root)).toBe('the package data base is held by dnf (process 4711)');
        put(root, path, '; echo packages-held 1 x\n');
        expect(await held(root)).toBeUndefined();
      });
    },
  );
});
