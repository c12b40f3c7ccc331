import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import packageInstalledAction from '../../../src/packs/core/package-installed-action.ts';
import packageInstalledProbe from '../../../src/packs/core/package-installed-probe.ts';
import { answering, dash, diff, inspect, localHost, read, reasonOf, undoing } from './local-host.ts';

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
  test.each([
    [
      'manager:rpm\ninstaller:dnf\ninstaller:yum\n',
      ['dnf', '-y', '-q', 'install', '--', 'x'],
      ['rpm', '-e', '--', 'x'],
    ],
    [
      'manager:rpm\ninstaller:zypper\n',
      ['zypper', '--non-interactive', 'install', '--', 'x'],
      ['rpm', '-e', '--', 'x'],
    ],
    ['manager:apk\ninstaller:apk\n', ['apk', 'add', '--', 'x'], ['apk', 'del', '--', 'x']],
  ])('installs by the host’s own program and removes only what it installed: %j', async (stdout, install, remove) => {
    const state = await inspect(packageInstalledAction, answering({ stdout }), { name: 'x' });
    const change = diff(packageInstalledAction, state, { name: 'x' }) ?? null;
    expect(packageInstalledAction.apply(change)).toMatchObject([{ argv: install }]);
    expect(undoing(packageInstalledAction, change, state)).toMatchObject([{ argv: remove }]);
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

  test('a held lock means that nothing was done', () => {
    const answer = {
      rc: 100,
      stdout: '',
      stderr: 'E: Could not get lock /var/lib/dpkg/lock-frontend.',
      truncated: false,
      ms: 1,
    };
    expect(packageInstalledAction.nothingDone(answer)).toContain('lock');
    expect(packageInstalledAction.nothingDone({ ...answer, stderr: 'E: Unable to locate package x' })).toBeUndefined();
  });
});
