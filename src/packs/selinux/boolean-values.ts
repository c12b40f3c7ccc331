import { lineOf, linesOf } from './answer-lines.ts';
import { storeScript } from './policy-store.ts';

/** The values of one boolean. */
export interface BooleanValue {
  readonly name: string;
  /** What the kernel decides by now. */
  readonly value: boolean;
  /** What it will be after a reboot; absent when that could not be read. */
  readonly persistent?: boolean;
  /** The local record's value; absent when there is none. */
  readonly local?: boolean;
}

/**
 * Shell that prints `bool NAME ACTIVE PENDING` for each boolean of `$names` (all when empty) from selinuxfs,
 * `bool-store yes|no`, `bool-local NAME=0|1` for each local record, and where semanage and root are there
 * `bool-listed NAME (on , off) …`: the second is the value after a reboot. semanage takes seconds, so it is asked only
 * where the shell condition `listWhen` holds; a local record says the same.
 */
export function booleanScript(listWhen: string): string {
  return `${storeScript}
fs=\${fs:-/sys/fs/selinux}
[ -d "$fs/booleans" ] && echo 'selinux yes' || echo 'selinux no'
[ -n "$names" ] || names=$(ls "$fs/booleans" 2>/dev/null)
for name in $names; do
  value=''
  { read -r value < "$fs/booleans/$name"; } 2>/dev/null
  [ -z "$value" ] || echo "bool $name $value"
done
if [ -n "$store" ]; then
  echo 'bool-store yes'
  [ ! -r "$store/booleans.local" ] || sed -n 's/^[[:space:]]*\\([a-z][a-z0-9_]*\\)[[:space:]]*=/bool-local \\1=/p' "$store/booleans.local"
  if ${listWhen} && command -v semanage >/dev/null 2>&1; then
    semanage boolean -l -n 2>/dev/null | sed 's/^/bool-listed /'
  fi
else
  echo 'bool-store no'
fi
`;
}

/**
 * A `listWhen`: one of `$names` is on now, and no local record says whether it will be. Off without a record is the
 * usual case, and costs nothing.
 */
export const isOnWithoutRecord =
  '(for name in $names; do value=""; read -r value < "$fs/booleans/$name"; case $value in 1*) grep -q "^[[:space:]]*$name[[:space:]]*=" "$store/booleans.local" || exit 0 ;; esac; done; exit 1) 2>/dev/null';

/** What {@link booleanScript} printed, by name. */
export function readBooleans(stdout: string): ReadonlyMap<string, BooleanValue> {
  const local = new Map<string, boolean>();
  for (const line of linesOf(stdout, 'bool-local')) {
    const [, name, value] = /^([a-z][a-z0-9_]*)=\s*(0|1|on|off|true|false)\s*$/.exec(line) ?? [];
    if (name !== undefined) local.set(name, value === '1' || value === 'on' || value === 'true');
  }
  const listed = new Map<string, boolean>();
  for (const line of linesOf(stdout, 'bool-listed')) {
    const [, name, value] = /^([a-z][a-z0-9_]*)\s{1,200}\(\s*(?:on|off)\s*,\s*(on|off)\s*\)/.exec(line) ?? [];
    if (name !== undefined) listed.set(name, value === 'on');
  }
  const values = new Map<string, BooleanValue>();
  for (const line of linesOf(stdout, 'bool')) {
    const [, name, active] = /^([a-z][a-z0-9_]*) ([01]) [01]\s*$/.exec(line) ?? [];
    if (name === undefined) continue;
    const record = local.get(name);
    const persistent = record ?? listed.get(name);
    values.set(name, {
      name,
      value: active === '1',
      ...(persistent === undefined ? {} : { persistent }),
      ...(record === undefined ? {} : { local: record }),
    });
  }
  return values;
}

/** Whether the policy store could be looked at: without that, "no local record" is not known. */
export function storeWasRead(stdout: string): boolean {
  return lineOf(stdout, 'bool-store') === 'yes';
}

/** Whether the kernel runs SELinux at all. */
export function selinuxRuns(stdout: string): boolean {
  return lineOf(stdout, 'selinux') === 'yes';
}
