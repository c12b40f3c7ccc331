import type { Command } from '../../model/command.ts';

/** What the host's installer says it would do, the package asked for included. Names only, each once. */
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

const announce = `
case $installer in
  apt-get)
    apt-get -s -q -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= install -- "$name" 2>/dev/null
    dpkg-query -W -f '\${db:Status-Status} \${Package}\\n' 2>/dev/null | sed -n '/^config-files /p'
    sed -n 's/^Package: /auto-mark /p' /var/lib/apt/extended_states 2>/dev/null ;;
  dnf|yum) "$installer" -C --assumeno install -- "$name" 2>/dev/null ;;
  zypper) zypper --no-refresh --non-interactive install --dry-run -- "$name" 2>/dev/null ;;
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
  dnf: (lines) => sections(lines, /^(Installing|Upgrading|Downgrading|Removing)[^:]*:\s*$/, /^ (\S+)(?: |$)/),
  yum: (lines) => sections(lines, /^(Installing|Updating|Upgrading|Downgrading|Removing)[^:]*:\s*$/, /^ (\S+)(?: |$)/),
  zypper: (lines) => sections(lines, /^The following .*packages? (?:is|are) going to be (\w+):\s*$/, /^ {1,2}(\S.*)$/),
};

/** Installers that print a heading and below it, indented, what it is about. */
function sections(lines: readonly string[], heading: RegExp, entry: RegExp): PackagePlan {
  const found = { added: new Set<string>(), upgraded: new Set<string>(), removed: new Set<string>() };
  let into: Set<string> | undefined;
  for (const line of lines) {
    const head = heading.exec(line)?.[1]?.toLowerCase();
    if (head !== undefined) into = found[kindOf(head)];
    else if (!line.startsWith(' ')) into = undefined;
    else for (const word of (entry.exec(line)?.[1] ?? '').split(/\s+/)) if (packageName.test(word)) into?.add(word);
  }
  return { added: [...found.added], upgraded: [...found.upgraded], removed: [...found.removed] };
}

function kindOf(head: string): keyof PackagePlan {
  if (head.startsWith('install')) return 'added';
  return head.startsWith('remov') ? 'removed' : 'upgraded';
}

const packageName = /^[A-Za-z0-9][A-Za-z0-9+._-]{0,199}(?::[a-z0-9]{1,20})?$/;

function names(lines: readonly string[], pattern: RegExp): readonly string[] {
  const found = lines.flatMap((line) => pattern.exec(line)?.[1] ?? []);
  return [...new Set(found.filter((name) => packageName.test(name)))];
}
