import { describe, expect, test } from 'vitest';
import type { Answer, Command } from '../../../src/model/command.ts';
import type { Inspector } from '../../../src/model/probe.ts';
import packageInstalledAction from '../../../src/packs/core/package-installed-action.ts';
import { readLeftovers, readPackagePlan } from '../../../src/packs/core/package-plan.ts';
import { diff, inspect, undoing } from './local-host.ts';

const apt = `NOTE: This is only a simulation!
Reading package lists...
The following additional packages will be installed:
  python3-selinux python3-semanage
Inst python3-selinux (3.4-1+b6 ./ [amd64])
Inst libc6 [2.36-9] (2.36-9+deb12u13 Debian:12 [amd64]) []
Inst python3-semanage (3.4-1+b5 ./ [amd64])
Inst policycoreutils-python-utils (3.4-1 ./ [all])
Conf python3-selinux (3.4-1+b6 ./ [amd64])
config-files python3-semanage
config-files some-old-thing
auto-mark libwrap0
auto-mark python3-selinux
`;

const apk = `(1/2) Installing libcap2 (2.70-r0)
(2/2) Installing setools (4.5-r1)
OK: 9 MiB in 30 packages
`;

describe('what an installer announces', () => {
  test.each([
    ['apt-get', apt, ['python3-selinux', 'python3-semanage', 'policycoreutils-python-utils'], ['libc6']],
    ['apk', apk, ['libcap2', 'setools'], []],
  ] as const)('%s: every package by name', (installer, said, added, upgraded) => {
    expect(readPackagePlan(installer, said)).toEqual({ added, upgraded, removed: [] });
  });

  test('nothing it can say is no plan', () => {
    expect(readPackagePlan('apt-get', 'E: Unable to locate package x\n')).toBeUndefined();
    expect(readPackagePlan('pkg', apt)).toBeUndefined();
  });

  test('what is left of earlier installs is known', () => {
    expect(readLeftovers(apt, ['python3-semanage', 'python3-selinux'])).toEqual({
      configured: ['python3-semanage'],
      marked: ['python3-selinux'],
    });
  });
});

/** A host that answers the package data base's question, and then the installer's. */
function host(...answers: readonly string[]): Inspector {
  let at = 0;
  const run = async (_command: Command): Promise<Answer> => {
    at += 1;
    return { rc: 0, stdout: answers[at - 1] ?? '', stderr: '', truncated: false, ms: 1 };
  };
  return { since: 0, run };
}

describe('package.installed', () => {
  const params = { name: 'policycoreutils-python-utils' };
  const debian = 'manager:dpkg\ninstaller:apt-get\n';

  test('names all that comes, and undo removes exactly those', async () => {
    const state = await inspect(packageInstalledAction, host(debian, apt), params);
    const change = diff(packageInstalledAction, state, params) ?? null;
    expect(packageInstalledAction.describe(change)).toBe(
      'package policycoreutils-python-utils: absent → installed (apt-get), with python3-selinux, python3-semanage, ' +
        'and another version of libc6, which undo leaves',
    );
    expect(packageInstalledAction.touches(change)).toContain('package:python3-semanage');
    expect(undoing(packageInstalledAction, change, state)).toMatchObject([
      // apt's mark was there before for one of them.
      { variables: { names: 'python3-semanage policycoreutils-python-utils' } },
      {
        argv: ['dpkg', '--remove', '--', 'python3-selinux', 'python3-semanage', 'policycoreutils-python-utils'],
      },
      // What left its configuration before leaves it again.
      { argv: ['dpkg', '--purge', '--', 'python3-selinux', 'policycoreutils-python-utils'] },
    ]);
  });

  test('says when the lists cannot tell, and then takes back this one alone', async () => {
    const state = await inspect(packageInstalledAction, host(debian, 'E: Unable to locate package x\n'), params);
    const change = diff(packageInstalledAction, state, params) ?? null;
    expect(packageInstalledAction.describe(change)).toContain('its lists cannot tell what comes with it');
    expect(undoing(packageInstalledAction, change, state)).toMatchObject([
      { variables: { names: 'policycoreutils-python-utils' } },
      { argv: ['dpkg', '--purge', '--', 'policycoreutils-python-utils'] },
    ]);
  });

  test('never removes another package to install this one', async () => {
    const plan = 'Remv nginx [1.22]\nInst policycoreutils-python-utils (3.4-1 ./ [all])\n';
    await expect(inspect(packageInstalledAction, host(debian, plan), params)).rejects.toThrow('would remove nginx');
  });

  test('counts as taken back when the same is installed, whatever the lists say by then', () => {
    const plan = { added: ['a', 'b'], upgraded: [], removed: [] };
    const before = {
      manager: 'dpkg',
      installed: false,
      installers: ['apt-get'],
      plan,
      leftovers: { configured: [], marked: [] },
    };
    const same = (now: object) => packageInstalledAction.same(before, { ...before, ...now });
    expect(same({})).toBe(true);
    expect(same({ plan: { added: ['a', 'b', 'c'], upgraded: ['libc6'], removed: [] } })).toBe(true);
    expect(same({ leftovers: { configured: ['c'], marked: [] }, plan: { ...plan, added: ['a', 'c'] } })).toBe(true);
    expect(same({ leftovers: { configured: ['b'], marked: [] } })).toBe(false);
    expect(same({ leftovers: { configured: [], marked: ['a'] } })).toBe(false);
    expect(same({ installed: true, version: '1' })).toBe(false);
  });
});
