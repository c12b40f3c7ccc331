import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Answer, Command } from '../../../src/model/command.ts';
import type { Json } from '../../../src/model/json.ts';
import packageInstalledAction from '../../../src/packs/core/package-installed-action.ts';
import { diff, inspect, inTempDirectory, runHere, type Shell, shells, undoing } from './local-host.ts';

// dnf 4 on EL 9; the long name pushes the rest of its row down.
const dnf = `Last metadata expiration check: 0:12:01 ago on Sat Nov 21 03:00:00 2026.
Dependencies resolved.
================================================================================
 Package                          Arch     Version         Repository      Size
================================================================================
Installing:
 semtools                         noarch   3.6-2.1.el9     appstream       79 k
     replacing  oldtools.noarch 1.0-1.el9
Upgrading:
 policycoreutils                  x86_64   3.6-2.1.el9     baseos         243 k
Installing dependencies:
 glibc                            i686     2.34-100.el9    baseos         2.0 M
 glibc                            x86_64   2.34-100.el9    baseos         2.0 M
 python3-policycoreutils-with-a-very-long-name
                                  noarch   3.6-2.1.el9     appstream      2.1 M
Installing weak dependencies:
 checkpolicy                      x86_64   3.6-1.el9       appstream      352 k
Enabling module streams:
 nodejs                                    18

Transaction Summary
================================================================================
Install  5 Packages
Upgrade  1 Package

Total download size: 5.0 M
Operation aborted.
`;
const dnfPlan = [
  '+checkpolicy.x86_64',
  '+glibc.i686',
  '+glibc.x86_64',
  '+python3-policycoreutils-with-a-very-long-name.noarch',
  '+semtools.noarch',
  '-oldtools.noarch',
  '~policycoreutils.x86_64',
];

// dnf 5: its rows are padded, and an upgrade tells what it replaces.
const dnf5 = `Updating and loading repositories:
Repositories loaded.
Package                    Arch   Version       Repository      Size
Installing:                                                         
 semtools                  noarch 3.8-1.fc43    fedora     123.0 KiB
Upgrading:
 policycoreutils           x86_64 3.8-1.fc43    fedora       1.0 MiB
   replacing policycoreutils x86_64 3.7-1.fc43  fedora       1.0 MiB
Installing group/module packages:
 extra                     x86_64 1-1.fc43      fedora      10.0 KiB
   replacing oldextra      x86_64 1-1.fc43      fedora      10.0 KiB

Transaction Summary:
 Installing:         2 packages
 Upgrading:          1 package
 Replacing:          1 package

Operation aborted by the user.
`;

// yum 3 on EL 7.
const yum = `Resolving Dependencies
--> Running transaction check
--> Finished Dependency Resolution

Dependencies Resolved

================================================================================
 Package              Arch         Version                Repository       Size
================================================================================
Installing:
 semtools             x86_64       2.5-34.el7             base            917 k
Installing for dependencies:
 audit-libs-python    x86_64       2.8.5-4.el7            base             76 k
Updating for dependencies:
 audit-libs           x86_64       2.8.5-4.el7            base            102 k

Transaction Summary
================================================================================
Install  1 Package (+1 Dependent package)
Upgrade             ( 1 Dependent package)

Exiting on user command
`;

// zypper 1.14 --xmlout.
const zypper = `<?xml version='1.0'?>
<stream>
<message type="warning">Repository &apos;Update&apos; metadata expired since 2024-02-07 09:23:56 UTC.</message>
<install-summary download-size="11348784" space-usage-diff="54339754" packages-to-change="4" need-restart="0" need-reboot="0">
<to-upgrade>
<solvable type="package" name="policycoreutils" edition="3.5-1.1" arch="x86_64" edition-old="3.4-1.1" arch-old="x86_64" summary="Tools"/>
</to-upgrade>
<to-install>
<solvable type="package" name="semtools" edition="3.5-1.1" arch="noarch" repository="oss" summary="Says &lt;to-remove&gt;">
<description>A line
of &lt;solvable type="package" name="not-this" arch="x86_64"&gt;
</description></solvable>
<solvable type="package" name="libsepol2-32bit" edition="3.5-1.1" arch="x86_64" repository="oss" summary="32 bit"/>
<solvable type="patch" name="SUSE-2024-1" edition="1" arch="noarch" summary="A patch"/>
</to-install>
</install-summary>
</stream>
`;

const unknown = 'No match for argument: semtools\nError: Unable to find a match: semtools\n';
/** dnf's table of an install that brings these, each with its architecture. */
const bringing = (...names: readonly string[]): string =>
  `Installing:\n${names.map((name) => ` ${name.replace('.', '  ')}  1-1  base  1 k\n`).join('')}\nTransaction Summary\n`;

interface Machine {
  run(command: Command): Promise<Answer>;
  /** What the installer was asked, line by line. */
  asked(): readonly string[];
  asked(forget: 'forget'): readonly string[];
  write(name: string, text: string): void;
}

/**
 * A machine whose installer says the text of the file `cached` when it is asked from the lists there are, and `fresh` with
 * new ones. Each line of `locks` makes one more asking fail as a lock does: its exit code, and what is said.
 */
async function onMachine(shell: Shell, installer: string, use: (machine: Machine) => Promise<void>): Promise<void> {
  await inTempDirectory(async (directory) => {
    const write = (name: string, text: string): void => writeFileSync(`${directory}/${name}`, text);
    const program = (name: string, text: string): void => {
      write(name, `#!/bin/sh\nhere='${directory}'\n${text}`);
      chmodSync(`${directory}/${name}`, 0o755);
    };
    program(
      installer,
      `echo "${installer} $*" >> "$here/log"
if read -r rc said < "$here/locks" 2>/dev/null; then
  sed -i 1d "$here/locks"; echo "$said" >&2; exit "$rc"
fi
case " $* " in
  *' -C '* | *' --no-refresh '*) cat "$here/cached"; exit 1 ;;
  *' --assumeno '* | *' --dry-run '*) cat "$here/fresh"; exit 1 ;;
  *) exit "$(cat "$here/rc" 2>/dev/null || echo 0)" ;;
esac
`,
    );
    program('rpm', 'echo "rpm $*" >> "$here/log"\ncase "$1 $3" in "-q gone.noarch") exit 1 ;; esac\n');
    program('sleep', 'echo "sleep $*" >> "$here/log"\n');
    await use({
      run(command) {
        const there = { ...shell, path: `${directory}:${shell.path}` };
        // BusyBox prefers its own programs to those on the PATH.
        const ours = `rpm() { '${directory}/rpm' "$@"; }; sleep() { '${directory}/sleep' "$@"; }\n`;
        return runHere(there, 'script' in command ? { ...command, script: `${ours}${command.script}` } : command);
      },
      write,
      asked(forget?: 'forget') {
        const lines = existsSync(`${directory}/log`) ? readFileSync(`${directory}/log`, 'utf8').trim().split('\n') : [];
        if (forget !== undefined) write('log', '');
        return lines.filter((line) => line !== '');
      },
    });
  });
}

const params = { name: 'semtools' };

/** What the action sees: an rpm data base that does not hold the package, and what the real script prints. */
async function see(machine: Machine, installer: string): Promise<Json> {
  let at = 0;
  const host = {
    since: 0,
    run: async (command: Command): Promise<Answer> => {
      at += 1;
      const stdout = `manager:rpm\ninstaller:${installer}\n`;
      return at === 1 ? { rc: 0, stdout, stderr: '', truncated: false, ms: 1 } : machine.run(command);
    },
  };
  return inspect(packageInstalledAction, host, params);
}

async function install(machine: Machine, state: Json): Promise<Answer> {
  const [command] = packageInstalledAction.apply(diff(packageInstalledAction, state, params) ?? null);
  if (command === undefined) throw new Error('nothing to do');
  return machine.run(command);
}

describe.each(shells)('installing on rpm hosts, in $name', (shell) => {
  test.each([
    ['dnf', dnf, { added: dnfPlan.filter((line) => line.startsWith('+')), removed: ['oldtools.noarch'] }],
    ['dnf', dnf5, { added: ['+extra.x86_64', '+semtools.noarch'], removed: ['oldextra'] }],
  ])(
    '%s: what would be replaced by another package would go, and nobody decided that',
    async (installer, said, plan) => {
      await onMachine(shell, installer, async (machine) => {
        machine.write('cached', said);
        await expect(see(machine, installer)).rejects.toThrow(
          `would remove ${plan.removed.join(', ')}: that is for somebody`,
        );
        expect(machine.asked()).toEqual(['dnf -C --setopt=exit_on_lock=1 --assumeno install -- semtools']);
        machine.write('cached', said.replace(/^ *replacing +old.*\n/m, ''));
        expect(await see(machine, installer)).toMatchObject({
          plan: { added: plan.added.map((line) => line.slice(1)), upgraded: ['policycoreutils.x86_64'], removed: [] },
        });
      });
    },
  );

  test.each([
    ['yum', yum, ['audit-libs-python.x86_64', 'semtools.x86_64'], ['audit-libs.x86_64']],
    ['zypper', zypper, ['libsepol2-32bit.x86_64', 'semtools.noarch'], ['policycoreutils.x86_64']],
  ])(
    '%s: every package is announced with its architecture, and exactly that is installed and removed',
    async (installer, said, added, upgraded) => {
      await onMachine(shell, installer, async (machine) => {
        machine.write('cached', said);
        machine.write('fresh', said);
        const state = await see(machine, installer);
        expect(state).toMatchObject({ plan: { added, upgraded, removed: [] } });
        const change = diff(packageInstalledAction, state, params) ?? null;
        const [other = ''] = added;
        expect(packageInstalledAction.describe(change)).toBe(
          `package semtools: absent → installed (${installer}), with ${other}, and another version of ${upgraded[0]}, which undo leaves`,
        );
        expect(packageInstalledAction.touches(change)).toContain(`package:${other.replace(/\..*/, '')}`);
        machine.asked('forget');
        expect(await install(machine, state)).toMatchObject({ rc: 0 });
        expect(machine.asked('forget')).toEqual(
          installer === 'zypper'
            ? [
                'zypper --xmlout --non-interactive install --dry-run -- semtools',
                'zypper --non-interactive install -- semtools',
              ]
            : [
                'yum --setopt=exit_on_lock=1 --assumeno install -- semtools',
                'yum -y -q --setopt=exit_on_lock=1 install -- semtools',
              ],
        );
        for (const command of undoing(packageInstalledAction, change, state)) await machine.run(command);
        expect(machine.asked().at(-1)).toBe(`rpm -e -- ${added.join(' ')}`);
      });
    },
  );

  test('installs nothing when newer lists bring something else than was announced', async () => {
    await onMachine(shell, 'dnf', async (machine) => {
      machine.write('cached', bringing('semtools.noarch', 'checkpolicy.x86_64'));
      const state = await see(machine, 'dnf');
      for (const other of [['libfoo.x86_64'], ['checkpolicy.x86_64', 'libfoo.x86_64'], ['checkpolicy.i686'], []]) {
        machine.write('fresh', bringing('semtools.noarch', ...other));
        machine.asked('forget');
        const answer = await install(machine, state);
        expect(answer.rc).toBe(1);
        expect(answer.stderr).toMatch(/^other packages would come than were planned, nothing was done:\n/);
        expect(machine.asked()).toEqual(['dnf --setopt=exit_on_lock=1 --assumeno install -- semtools']);
      }
      machine.write('fresh', `${bringing('semtools.noarch', 'checkpolicy.x86_64')}Upgrading:\n libc  x86_64  2\n`);
      expect((await install(machine, state)).stderr).toContain('~libc.x86_64');
    });
  });

  test('without lists the package may come alone, and nothing else', async () => {
    await onMachine(shell, 'dnf', async (machine) => {
      machine.write('cached', "Error: Cache-only enabled but no cache for 'baseos'\n");
      machine.write('fresh', bringing('semtools.noarch'));
      const state = await see(machine, 'dnf');
      expect(packageInstalledAction.describe(diff(packageInstalledAction, state, params) ?? null)).toBe(
        'package semtools: absent → installed (dnf; its lists cannot tell what comes with it, so it may only come alone)',
      );
      expect(await install(machine, state)).toMatchObject({ rc: 0 });
      expect(machine.asked('forget').at(-1)).toBe('dnf -y -q --setopt=exit_on_lock=1 install -- semtools');
      machine.write('fresh', bringing('checkpolicy.x86_64', 'semtools.noarch'));
      expect(await install(machine, state)).toMatchObject({
        rc: 1,
        stderr: expect.stringMatching(
          /^more would come than semtools, .* nothing was done\. They are new now, run again:\n\+check/,
        ),
      });
      expect(machine.asked()).toHaveLength(1);
      // The package that nobody knows is told in dnf's own words.
      machine.write('fresh', unknown);
      expect(await install(machine, state)).toMatchObject({
        rc: 1,
        stderr: expect.stringContaining('Unable to find a match'),
      });
    });
  });

  test.each([
    ['dnf', '200 metadata already locked by 4711', 200],
    ['yum', '1 Another app is currently holding the yum lock; exiting as configured by exit_on_lock', 1],
    ['zypper', '7 System management is locked by the application with pid 7 (zypper).', 7],
  ])(
    '%s that finds a lock: a look waits a little for it, an install leaves waiting to its fix',
    async (installer, lock, rc) => {
      await onMachine(shell, installer, async (machine) => {
        const said = installer === 'zypper' ? zypper : bringing('semtools.noarch', 'more.noarch');
        machine.write('cached', said);
        machine.write('fresh', said);
        machine.write('locks', `${lock}\n${lock}\n`);
        const state = await see(machine, installer);
        expect(state).toHaveProperty('plan');
        expect(machine.asked().filter((line) => line.startsWith('sleep'))).toHaveLength(2);
        machine.write('locks', `${lock}\n`);
        const answer = await install(machine, state);
        expect(answer.rc).toBe(rc);
        expect(packageInstalledAction.nothingDone(answer)).toContain('holds the lock');
        machine.write('locks', `${lock}\n`.repeat(20));
        await expect(see(machine, installer)).rejects.toThrow(
          'another program holds the package data base; run again later',
        );
      });
    },
  );

  test.each([
    [102, 0],
    [103, 0],
    [106, 0],
    [107, 107],
    [104, 104],
  ])('zypper’s remark %i about its end is %i', async (said, rc) => {
    await onMachine(shell, 'zypper', async (machine) => {
      machine.write('cached', zypper);
      machine.write('fresh', zypper);
      machine.write('rc', String(said));
      expect(await install(machine, await see(machine, 'zypper'))).toMatchObject({ rc });
    });
  });

  test('of a package in two architectures it removes the one that came', async () => {
    await onMachine(shell, 'dnf', async (machine) => {
      machine.write('cached', bringing('semtools.i686'));
      const state = await see(machine, 'dnf');
      const change = diff(packageInstalledAction, state, params) ?? null;
      expect(packageInstalledAction.describe(change)).toBe('package semtools: absent → installed (dnf)');
      expect(undoing(packageInstalledAction, change, state)).toMatchObject([
        { argv: ['rpm', '-e', '--', 'semtools.i686'] },
      ]);
    });
  });
});
