import type { Command } from '../../model/command.ts';
import { announceRpm, rpmPlanFunctions } from './package-rpm-plan.ts';

/**
 * What the host's installer says it would do, the package asked for included. Each once: names, of rpm packages with their
 * architecture (`glibc.i686`), for of one name several may be there.
 */
export interface PackagePlan {
  readonly added: readonly string[];
  readonly upgraded: readonly string[];
  readonly removed: readonly string[];
}

/**
 * Asks an installer what it would do, from the lists that the host has: nothing is fetched, and apt's own cache is not
 * written. `config-files NAME` are packages that were removed and left their configuration, `auto-mark NAME` those that
 * apt's own records call automatically installed, whether they are installed or not.
 */
export function announceCommand(installer: string, name: string): Command {
  return { script: announce, variables: { installer, name }, timeoutMs: 120_000 };
}

const announce = `${rpmPlanFunctions}
case $installer in
  apt-get)
    apt-get -s -q -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= install -- "$name" 2>/dev/null
    dpkg-query -W -f '\${db:Status-Status} \${Package}\\n' 2>/dev/null | sed -n '/^config-files /p'
    sed -n 's/^Package: /auto-mark /p' /var/lib/apt/extended_states 2>/dev/null ;;
  dnf|yum|zypper) ${announceRpm} ;;
  apk) apk add --simulate -- "$name" 2>/dev/null ;;
esac
exit 0
`;

/** What {@link announceCommand} printed; `undefined`: its lists do not know the package, or nobody can say. */
export function readPackagePlan(installer: string, stdout: string): PackagePlan | undefined {
  const lines = stdout.split('\n', 20_000);
  const plan = readers[installer]?.(lines);
  return plan === undefined || plan.added.length === 0 ? undefined : plan;
}

/** Whether {@link announceCommand} found the package data base held by another program. */
export function wasHeld(stdout: string): boolean {
  return /^held$/m.test(stdout);
}

/** What Debian's data bases held of packages that are not installed: undo must leave that as it was. */
export interface Leftovers {
  /** They left their configuration when they were removed. */
  readonly configured: readonly string[];
  /** apt has them marked as automatically installed. */
  readonly marked: readonly string[];
}

/** Leftovers of these packages, as {@link announceCommand} printed them. */
export function readLeftovers(stdout: string, added: readonly string[]): Leftovers {
  const lines = stdout.split('\n');
  const of = (pattern: RegExp): readonly string[] => names(lines, pattern).filter((name) => added.includes(name));
  return { configured: of(/^config-files (\S+)$/), marked: of(/^auto-mark (\S+)$/) };
}

const readers: { readonly [installer: string]: (lines: readonly string[]) => PackagePlan } = {
  'apt-get': (lines) => ({
    added: names(lines, /^Inst (\S+) \(/),
    upgraded: names(lines, /^Inst (\S+) \[[^\]]*\] \(/),
    removed: names(lines, /^Remv (\S+)/),
  }),
  apk: (lines) => ({
    added: names(lines, /^\(\d+\/\d+\) Installing (\S+)/),
    upgraded: names(lines, /^\(\d+\/\d+\) (?:Upgrading|Downgrading|Replacing) (\S+)/),
    removed: names(lines, /^\(\d+\/\d+\) Purging (\S+)/),
  }),
  dnf: rpm,
  yum: rpm,
  zypper: rpm,
};

function rpm(lines: readonly string[]): PackagePlan {
  return { added: names(lines, /^\+(\S+)$/), upgraded: names(lines, /^~(\S+)$/), removed: names(lines, /^-(\S+)$/) };
}

const packageName = /^[A-Za-z0-9][A-Za-z0-9+._-]{0,199}(?::[a-z0-9]{1,20})?$/;

function names(lines: readonly string[], pattern: RegExp): readonly string[] {
  const found = lines.flatMap((line) => pattern.exec(line)?.[1] ?? []);
  return [...new Set(found.filter((name) => packageName.test(name)))];
}
