import type { Command } from '../../model/command.ts';
import type { BooleanValue } from './boolean-values.ts';
import { storeChange, storeScript, storeTextFunction } from './policy-store.ts';

/**
 * Removes one local record, so that the policy's own default counts again; `setsebool -P NAME=old` would leave a record.
 * semanage can only delete all of them (`boolean -D`), so the others, as they stand at that moment, are put back in the
 * same transaction, and their present values afterwards, since semanage sets those too. Without semanage the policy's
 * default is looked up in the store's modules and made persistent, and then the record's line is taken out under the
 * store's own lock: the policy that was built is already the one without it. A new file takes the old one's place, since a
 * host that dies in between must find one of them whole. Where the default can't be found, the record stays behind with the
 * value that counted after a reboot, and where nobody knew that one either, the undo fails.
 */
export function forgetRecord(before: BooleanValue): Command {
  const word = (value: boolean | undefined) => (value === undefined ? '' : value ? '1' : '0');
  return {
    script: forgetScript,
    variables: { name: before.name, now: word(before.value), persistent: word(before.persistent) },
    ...storeChange,
  };
}

const forgetScript = `${storeScript}${storeTextFunction}
[ -n "$store" ] || { echo 'the policy store cannot be read: root is needed' >&2; exit 1; }
grep -q "^[[:space:]]*$name[[:space:]]*=" "$store/booleans.local" 2>/dev/null || exit 0
if ! command -v semanage >/dev/null 2>&1; then
  lock=\${store%/active}/semanage.trans.LOCK
  default=$(store_text "$store"/modules/[0-9]*/*/cil | sed -n -e "s/^ *(boolean $name false)/0/p" -e "s/^ *(boolean $name true)/1/p" | tail -n 1)
  case $default in 0|1)
    if [ -e "$lock" ] && command -v flock >/dev/null 2>&1; then
      setsebool -V -P "$name=$default" || exit
      setsebool -V "$name=$now" || exit
      (
        flock -w 60 9 || { echo 'semanage.trans.LOCK is held by another program' >&2; exit 1; }
        records=$store/booleans.local
        trap 'rm -f -- "$records.mendgate"' EXIT
        cp -p -- "$records" "$records.mendgate" || exit 1
        sed "/^[[:space:]]*$name[[:space:]]*=/d" "$records" > "$records.mendgate" || exit 1
        sync "$records.mendgate" 2>/dev/null || :
        mv -f -- "$records.mendgate" "$records"
      ) 9>>"$lock"
      exit
    fi ;;
  esac
  if [ -z "$persistent" ]; then
    setsebool -V "$name=$now"
    echo "semanage is missing (package policycoreutils-python-utils), and what $name was after a reboot is not known: its local record stays" >&2
    exit 1
  fi
  echo "semanage is missing: $name keeps a local record" >&2
  setsebool -V -P "$name=$persistent"; exit
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
