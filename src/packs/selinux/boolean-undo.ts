import type { Command } from '../../model/command.ts';
import { rebuildTimeoutMs, storeScript } from './policy-store.ts';

/**
 * Removes one local record, so that the policy's own default counts again; `setsebool -P NAME=old` would leave a record.
 * semanage can only delete all of them (`boolean -D`), so the others, as they stand at that moment, are put back in the
 * same transaction, and their present values afterwards, since semanage sets those too. Without semanage the record
 * stays behind with the policy's former value.
 */
export function forgetRecord(name: string, value: boolean): Command {
  return { script: forgetScript, variables: { name, before: value ? '1' : '0' }, timeoutMs: rebuildTimeoutMs };
}

const forgetScript = `${storeScript}
[ -n "$store" ] || { echo 'the policy store cannot be read: root is needed' >&2; exit 1; }
grep -q "^[[:space:]]*$name[[:space:]]*=" "$store/booleans.local" 2>/dev/null || exit 0
if ! command -v semanage >/dev/null 2>&1; then
  echo "semanage is missing: $name keeps a local record" >&2
  setsebool -V -P "$name=$before"; exit
fi
others=$(sed -n 's/^[[:space:]]*\\([a-z][a-z0-9_]*\\)[[:space:]]*=[[:space:]]*\\([01]\\).*/\\1=\\2/p' "$store/booleans.local" | grep -v "^$name=")
present=''
for record in $others; do
  value=''
  { read -r value < "/sys/fs/selinux/booleans/\${record%%=*}"; } 2>/dev/null
  [ -z "$value" ] || [ "\${value%% *}" = "\${record#*=}" ] || present="$present \${record%%=*}=\${value%% *}"
done
{ echo 'boolean -D'; for record in $others; do echo "boolean -m -\${record#*=} \${record%%=*}"; done; } | semanage import || exit
[ -z "$present" ] || setsebool -V $present
`;
