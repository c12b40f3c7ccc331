import { defineAction, undo } from '../../model/action.ts';
import type { Command } from '../../model/command.ts';
import { unreadable } from '../../model/probe.ts';
import { Unknown } from '../../model/unknown.ts';
import { type PackageManager, packageNameParam } from './package-manager.ts';
import { inspectPackage, type PackageState } from './package-state.ts';

const installers = {
  dpkg: ['apt-get'],
  apk: ['apk'],
  rpm: ['dnf', 'yum', 'zypper'],
} as const satisfies { readonly [M in PackageManager]: readonly string[] };

interface Change {
  readonly name: string;
  readonly manager: PackageManager;
  readonly installer: string;
}

const installMs = 15 * 60_000;

export default defineAction({
  name: 'package.installed',
  summary: 'A package is installed. Undo removes it alone; what it drew in stays.',
  params: {
    type: 'object',
    properties: { name: { ...packageNameParam, description: 'Name of the package' } },
    required: ['name'],
  },
  reads: ({ name }) => [`package:${name}`],
  // Its files and scripts may be anywhere, its units start.
  touches: ({ name }) => [`package:${name}`, 'file', 'service'],
  async inspect(host, { name }) {
    const state = await inspectPackage(host, name);
    if (state instanceof Unknown || state.installed || installerOf(state) !== undefined) return state;
    return unreadable(`nothing here can install ${name}: ${installers[state.manager].join(', ')} is missing`);
  },
  diff(state: PackageState, { name }): Change | undefined {
    const installer = installerOf(state);
    return state.installed || installer === undefined ? undefined : { name, manager: state.manager, installer };
  },
  describe: ({ name, installer }) => `package ${name}: absent → installed (${installer})`,
  apply: (change) => [installCommand(change)],
  nothingDone({ rc, stderr, stdout }) {
    const said = `${stderr}\n${stdout}`;
    const locked =
      /could not get lock|unable to acquire the dpkg frontend lock|system management is locked|unable to lock database/i;
    return rc !== 0 && locked.test(said) ? 'another program holds the lock of the package data base' : undefined;
  },
  // By the data base's own tool: it refuses when something else has come to need the package, where dnf would remove both.
  rollback: undo((change: Change, _before: PackageState) => [removeCommand(change)]),
});

function installerOf(state: PackageState): string | undefined {
  return installers[state.manager].find((installer) => state.installers.includes(installer));
}

/** apt's lists may be missing or old; a broken third-party source must not stop an install that does not need it. */
const apt = `apt-get -q update || printf 'apt-get update failed; trying with the lists there are\\n' >&2
apt-get -y -q -o DPkg::Lock::Timeout=120 -o Dpkg::Options::=--force-confold install -- "$name"`;

function installCommand({ name, installer }: Change): Command {
  switch (installer) {
    case 'apt-get':
      return {
        script: apt,
        variables: { name },
        env: { DEBIAN_FRONTEND: 'noninteractive' },
        timeoutMs: installMs,
        unkillable: true,
      };
    case 'apk':
      return { argv: ['apk', 'add', '--', name], timeoutMs: installMs, unkillable: true };
    case 'zypper':
      return { argv: ['zypper', '--non-interactive', 'install', '--', name], timeoutMs: installMs, unkillable: true };
    default:
      return { argv: [installer, '-y', '-q', 'install', '--', name], timeoutMs: installMs, unkillable: true };
  }
}

function removeCommand({ name, manager }: Change): Command {
  switch (manager) {
    case 'dpkg':
      return {
        argv: ['dpkg', '--remove', '--', name],
        env: { DEBIAN_FRONTEND: 'noninteractive' },
        timeoutMs: installMs,
        unkillable: true,
      };
    case 'apk':
      return { argv: ['apk', 'del', '--', name], timeoutMs: installMs, unkillable: true };
    case 'rpm':
      return { argv: ['rpm', '-e', '--', name], timeoutMs: installMs, unkillable: true };
  }
}
