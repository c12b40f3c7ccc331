import { defineAction, undo } from '../../model/action.ts';
import { unreadable } from '../../model/probe.ts';
import { Unknown } from '../../model/unknown.ts';
import { installCommand, type PackageChange, removeCommands } from './package-commands.ts';
import { busyDatabase, databaseHolder } from './package-lock.ts';
import { type PackageManager, packageNameParam } from './package-manager.ts';
import { announceCommand, readLeftovers, readPackagePlan, wasHeld } from './package-plan.ts';
import { inspectPackage, type PackageState, samePackages } from './package-state.ts';

const installers = {
  dpkg: ['apt-get'],
  apk: ['apk'],
  rpm: ['dnf', 'yum', 'zypper'],
} as const satisfies { readonly [M in PackageManager]: readonly string[] };

export default defineAction({
  name: 'package.installed',
  summary:
    'A package is installed. The plan names every package that comes with it, and undo removes exactly those; where the host’s lists cannot tell, undo removes this one alone.',
  params: {
    type: 'object',
    properties: { name: { ...packageNameParam, description: 'Name of the package' } },
    required: ['name'],
  },
  reads: ({ name }) => [`package:${name}`],
  // Their files and scripts may be anywhere, their units start.
  touches: ({ name, manager, packages }: PackageChange) => [
    ...new Set(
      [name, ...packages, ...packages.map((each) => bareName(each, manager))].map((each) => `package:${each}`),
    ),
    'file',
    'service',
  ],
  async inspect(host, { name }) {
    const state = await inspectPackage(host, name);
    if (state instanceof Unknown || state.installed) return state;
    const installer = installerOf(state);
    if (installer === undefined) {
      return unreadable(`nothing here can install ${name}: ${installers[state.manager].join(', ')} is missing`);
    }
    const { stdout } = await host.run(announceCommand(installer, name));
    if (wasHeld(stdout)) {
      return unreadable(
        `cannot tell what comes with ${name}: another program holds the package data base; run again later`,
      );
    }
    const plan = readPackagePlan(installer, stdout);
    if (plan === undefined) return state;
    if (plan.removed.length > 0) {
      return unreadable(`installing ${name} would remove ${plan.removed.join(', ')}: that is for somebody to decide`);
    }
    return { ...state, plan, leftovers: readLeftovers(stdout, plan.added) };
  },
  diff(state: PackageState, { name }): PackageChange | undefined {
    const installer = installerOf(state);
    if (state.installed || installer === undefined) return undefined;
    const { added = [], upgraded = [] } = state.plan ?? {};
    return { name, manager: state.manager, installer, packages: added, upgrades: upgraded };
  },
  describe({ name, manager, installer, packages, upgrades }) {
    const others = packages.filter((each) => each !== name && bareName(each, manager) !== name);
    const alone = manager === 'rpm' ? ', so it may only come alone' : '';
    const unknown = packages.length === 0 ? `; its lists cannot tell what comes with it${alone}` : '';
    return [
      `package ${name}: absent → installed (${installer}${unknown})`,
      ...(others.length === 0 ? [] : [`with ${others.join(', ')}`]),
      ...(upgrades.length === 0 ? [] : [`and another version of ${upgrades.join(', ')}, which undo leaves`]),
    ].join(', ');
  },
  apply: (change) => [installCommand(change)],
  nothingDone: busyDatabase,
  busy: databaseHolder,
  rollback: undo((change: PackageChange, before: PackageState) => removeCommands(change, before.leftovers)),
  same: samePackages,
});

function installerOf(state: PackageState): string | undefined {
  return installers[state.manager].find((installer) => state.installers.includes(installer));
}

/** Without its architecture: `glibc.i686`, `libc6:i386`. */
function bareName(name: string, manager: PackageManager): string {
  return name.replace(manager === 'rpm' ? /\.[^.]*$/ : /:.*$/, '');
}
