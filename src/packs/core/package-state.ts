import type { Inspector } from '../../model/probe.ts';
import { unreadable } from '../../model/probe.ts';
import type { Unknown } from '../../model/unknown.ts';
import { fieldFunctions, parseFields, word, words } from './fields.ts';
import { askPackage, type PackageManager, packageManagers } from './package-manager.ts';
import type { Leftovers, PackagePlan } from './package-plan.ts';
import { whyNot } from './why-not.ts';

export interface PackageState {
  readonly manager: PackageManager;
  readonly installed: boolean;
  readonly version?: string;
  /** Programs on the host that can install: `apt-get`, `dnf`, `yum`, `zypper`, `apk`. */
  readonly installers: readonly string[];
  /** What installing it would do, where the host's lists can tell. */
  readonly plan?: PackagePlan;
  /** What is left of earlier installs of what would be added. */
  readonly leftovers?: Leftovers;
}

/** Asks the host's package data base in one round trip. */
export async function inspectPackage(host: Inspector, name: string): Promise<PackageState | Unknown> {
  const answer = await host.run({ script: `${fieldFunctions}${askPackage}`, variables: { name } });
  if (answer.rc !== 0 || answer.truncated) return unreadable(whyNot(answer, `cannot ask for the package ${name}`));
  const fields = parseFields(answer.stdout);
  const manager = packageManagers.find((known) => known === word(fields, 'manager'));
  if (manager === undefined || fields.has('no_database')) {
    return unreadable(`cannot ask for the package ${name}: no readable data base of dpkg, rpm or apk here`);
  }
  const version = word(fields, 'version');
  return {
    manager,
    installed: version !== undefined || fields.has('installed'),
    ...(version === undefined ? {} : { version }),
    installers: words(fields, 'installer'),
  };
}

/**
 * Whether the same is installed, and the same is left of what both plans would add. The plan itself may differ: others add
 * to the host's lists.
 */
export function samePackages(before: PackageState, now: PackageState): boolean {
  if (before.installed !== now.installed || before.version !== now.version) return false;
  const added = (now.plan?.added ?? []).filter((name) => before.plan?.added.includes(name));
  const left = ({ leftovers }: PackageState) =>
    added.map((name) => [leftovers?.configured.includes(name) ?? false, leftovers?.marked.includes(name) ?? false]);
  return left(before).join() === left(now).join();
}
