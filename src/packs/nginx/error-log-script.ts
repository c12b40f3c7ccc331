/**
 * Reads failed connections out of error logs. `LOGS` = absolute paths, one a line; `UNIT` = a unit whose journal is to be
 * read too, or empty; `MODE` = `ago SECONDS`, `since EPOCH` or `boot`.
 *
 * - `Z ZONE NOW FROM` (FROM = start of the window, epoch seconds)
 * - for each log `L STATE path`: STATE `read`, `missing`, `denied`, `special` (a device or pipe: not read)
 * - `W EPOCHLINE`: a big log was read from its middle; this is the first line's head
 * - `J RC`: the journal was asked; `J denied` when it shows only our own messages
 * - `E line` up to "while connecting to upstream"
 *
 * Of rotated files those are read that were written to inside the window. At most 32 MiB of each file and 2,000 lines of
 * each source are kept, the newest.
 */
export const errorLogScript = String.raw`
nl='
'
set -f
set -- $MODE
set +f
now=$(date +%s)
case $1 in
  ago) from=$((now - $2));;
  since) from=$2;;
  *) while read -r k from; do [ "$k" = btime ] && break; done < /proc/stat;;
esac
echo "Z $(date +%z) $now $from"
keep() {
  LC_ALL=C sed -n '/^[0-9][0-9][0-9][0-9]\/[0-9][0-9]\/[0-9][0-9] /{s/ while connecting to upstream.*$/ while connecting to upstream/p;}' |
    cut -c1-700 | tail -n 2000 | sed 's/^/E /'
}
limit=33554432
show() {
  case $1 in
    *.gz) gzip -dc -- "$1" 2>/dev/null | tail -c $limit;;
    *)
      size=$(stat -L -c %s -- "$1" 2>/dev/null)
      [ "\${size:-0}" -gt $limit ] && printf 'W %s\n' "$(tail -c $limit -- "$1" | head -n 2 | tail -n 1 | cut -c1-19)" >&3
      tail -c $limit -- "$1";;
  esac
}
exec 3>&1
IFS=$nl
set -f
set -- $LOGS
set +f
for log do
  if [ ! -e "$log" ]; then
    near=\${log%/*}
    while [ -n "$near" ] && [ ! -e "$near" ]; do near=\${near%/*}; done
    if [ -x "\${near:-/}" ]; then state=missing; else state=denied; fi
  elif [ ! -f "$log" ]; then state=special
  elif [ ! -r "$log" ]; then state=denied
  else state=read; fi
  printf 'L %s %s\n' $state "$log"
  {
    IFS=
    for old in "$log".[0-9] "$log".[0-9].gz "$log"-[0-9]*; do
      [ -f "$old" ] && [ -r "$old" ] || continue
      [ "$(stat -L -c %Y -- "$old")" -ge "$from" ] && show "$old"
    done
    [ $state = read ] && show "$log"
    IFS=$nl
  } | keep
done
if [ -n "$UNIT" ]; then
  groups=" $(id -Gn) "
  blind=1
  case $groups in *' adm '*|*' systemd-journal '*|*' wheel '*) blind=;; esac
  if ! command -v journalctl >/dev/null 2>&1; then echo 'J missing'
  elif [ "$(id -u)" != 0 ] && [ -n "$blind" ]; then echo 'J denied'
  else
    said=$( { journalctl -q --no-pager -o cat -u "$UNIT" --since "@$from" </dev/null | sed 's/^nginx: //' | keep >&3; } 2>&1 )
    case $said in
      *'not seeing messages'*|*'ermission denied'*|*'nsufficient permissions'*) echo 'J denied';;
      ?*) printf 'J failed %s\n' "$(printf '%s' "$said" | tr '\n' ' ' | cut -c1-200)";;
      *) echo 'J read';;
    esac
  fi
fi
:
`.replaceAll('\\$', '$');
