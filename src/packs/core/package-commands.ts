import type { Command } from '../../model/command.ts';
import type { PackageManager } from './package-manager.ts';
import type { Leftovers } from './package-plan.ts';
import { installRpm } from './package-rpm-plan.ts';

/** One package that is to be installed. */
export interface PackageChange {
  readonly name: string;
  readonly manager: PackageManager;
  readonly installer: string;
  /** All packages that come, this one included, those of rpm with their architecture; empty: the host's lists could not tell. */
  readonly packages: readonly string[];
  /** Installed packages that get another version; undo leaves that. */
  readonly upgrades: readonly string[];
}

const limits = { timeoutMs: 15 * 60_000, unkillable: true } as const;
const quiet = { DEBIAN_FRONTEND: 'noninteractive' } as const;

/**
 * apt's lists may be missing or old, and a broken third-party source must not stop an install that does not need it.
 * What was announced is held to: with newer lists something else may come along, and undo would not know it.
 */
const apt = `
announced() { apt-get -s -q install -- "$name" 2>/dev/null | sed -n 's/^Inst \\([^ ]*\\) (.*/\\1/p' | LC_ALL=C sort -u; }
update() { apt-get -q update || printf 'apt-get update failed; trying with the lists there are\\n' >&2; }
if [ -z "$packages" ]; then update
else
  apt-get -y -q --no-remove --download-only install -- "$name" >/dev/null 2>&1 || update
  now=$(announced)
  if [ -n "$now" ] && [ "$now" != "$packages" ]; then
    printf 'other packages would come than were planned, nothing was done:\\n%s\\n' "$now" >&2; exit 1
  fi
fi
apt-get -y -q --no-remove -o DPkg::Lock::Timeout=120 -o Dpkg::Options::=--force-confold install -- "$name"`;

/** Installs the package with what it needs. */
export function installCommand({ name, installer, packages, upgrades }: PackageChange): Command {
  switch (installer) {
    case 'apt-get':
      return { script: apt, variables: { name, packages: [...packages].sort().join('\n') }, env: quiet, ...limits };
    case 'apk':
      return { argv: ['apk', 'add', '--', name], ...limits };
    default:
      return { script: installRpm, variables: { installer, name, planned: planned(packages, upgrades) }, ...limits };
  }
}

/** In the form and order of `plan_lines`. */
function planned(packages: readonly string[], upgrades: readonly string[]): string {
  return [...packages.map((each) => `+${each}`), ...upgrades.map((each) => `~${each}`)].sort().join('\n');
}

/**
 * Removes what came, all at once, by the data base's own tool: it refuses when something else has come to need one of
 * them, where apt and dnf would remove both.
 */
export function removeCommands(change: PackageChange, leftovers: Leftovers | undefined): readonly Command[] {
  const came = change.packages.length === 0 ? [change.name] : change.packages;
  switch (change.manager) {
    case 'dpkg':
      return [forgetMarks(came, leftovers?.marked ?? []), ...dpkgRemove(came, leftovers?.configured ?? [])];
    case 'apk':
      return [{ argv: ['apk', 'del', '--', change.name], ...limits }];
    case 'rpm':
      if (came.length === 1) return [{ argv: ['rpm', '-e', '--', ...came], ...limits }];
      return [{ script: rpm, variables: { names: came.join(' ') }, ...limits }];
  }
}

/** apt marks what it draws in, and keeps the mark of what dpkg removes. While they are installed it can be taken back. */
function forgetMarks(came: readonly string[], before: readonly string[]): Command {
  const names = came.filter((name) => !before.includes(name)).join(' ');
  return { script: '[ -z "$names" ] || apt-mark manual -- $names || :', variables: { names }, ...limits };
}

/** With their configuration, but for those whose configuration was there before. */
function dpkgRemove(came: readonly string[], configured: readonly string[]): readonly Command[] {
  const fresh = came.filter((name) => !configured.includes(name));
  const dpkg = (how: string, names: readonly string[]): Command => ({
    argv: ['dpkg', how, '--', ...names],
    env: quiet,
    ...limits,
  });
  if (configured.length === 0) return [dpkg('--purge', came)];
  return [dpkg('--remove', came), ...(fresh.length === 0 ? [] : [dpkg('--purge', fresh)])];
}

/** rpm fails as a whole when one of them is gone already. */
const rpm = `
set --
for each in $names; do ! rpm -q -- "$each" >/dev/null 2>&1 || set -- "$@" "$each"; done
[ $# -eq 0 ] || rpm -e -- "$@"
`;
