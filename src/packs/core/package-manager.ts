import type { StringSchema } from '../../model/schema.ts';

/** Package data bases that can be asked. */
export const packageManagers = ['dpkg', 'apk', 'rpm'] as const;
export type PackageManager = (typeof packageManagers)[number];

/** A package's name, without version. */
export const packageNameParam = {
  type: 'string',
  pattern: '^[A-Za-z0-9][A-Za-z0-9+._-]*$',
  maxLength: 200,
} as const satisfies StringSchema;

/**
 * Asks the data base that this host lives by (rpm may be installed as a mere tool on Debian): `manager:`, `version:` when
 * the package is installed, `installer:` the first program that could install it, `no_database:` when none is known.
 */
export const askPackage = `
if [ -s /var/lib/dpkg/status ] && command -v dpkg-query >/dev/null 2>&1; then
  plain manager dpkg
  seen=$(dpkg-query -W -f '\${Status}|\${Version}\\n' -- "$name" 2>/dev/null | sed -n 's/^[a-z]* ok installed|//p' | head -n 1)
  plain version "$seen"
elif [ -d /lib/apk/db ] || [ -d /usr/lib/apk/db ]; then
  plain manager apk
  if apk info -e -- "$name" >/dev/null 2>&1; then
    plain version "$(apk info -v 2>/dev/null | while IFS= read -r v; do case $v in "$name"-[0-9]*) echo "\${v#"$name"-}" ;; esac; done | head -n 1)"
    plain installed 1
  fi
elif command -v rpm >/dev/null 2>&1; then
  plain manager rpm
  if rpm -qa >/dev/null 2>&1; then
    seen=$(rpm -q --qf '%{VERSION}-%{RELEASE}\\n' -- "$name" 2>/dev/null) && plain version "\${seen%%
*}"
  else plain no_database 1
  fi
else plain no_database 1
fi
for installer in apt-get dnf yum zypper apk; do
  if command -v "$installer" >/dev/null 2>&1; then plain installer "$installer"; fi
done
:`;
