import { fieldFunctions } from '../core/fields.ts';

/**
 * What was killed since `MODE` (`ago SECONDS`, `since EPOCH`, `boot`), out of the journal; without one, out of dmesg.
 *
 * - `from` start of the window, `boot` when this boot began, `counted` kills since then by the kernel's own count
 * - `reaches` the first second that the log still holds; `log` (hex): `EPOCH text` lines
 * - `denied`: neither log may be read
 */
export const killsScript = `${fieldFunctions}
while read -r key boot; do [ "$key" = btime ] && break; done </proc/stat
set -- $MODE
case $1 in
  ago) from=$(($(date +%s) - $2));;
  since) from=$2;;
  *) from=$boot;;
esac
plain from "$from"
plain boot "$boot"
plain counted "$(sed -n 's/^oom_kill //p' /proc/vmstat)"
told='oom-kill:|[Oo]ut of memory|Killed process|memory: usage|^[0-9. ]*Killed /'
if command -v journalctl >/dev/null 2>&1 && [ "$(id -u)" = 0 ] && first=$(journalctl -q --no-pager -o short-unix _TRANSPORT=kernel 2>/dev/null </dev/null | head -n 1) && [ -n "$first" ]; then
  plain reaches "\${first%%[. ]*}"
  {
    journalctl -q --no-pager -o short-unix --since "@$from" _TRANSPORT=kernel 2>/dev/null </dev/null | sed 's/^\\([0-9.]*\\) [^ ]* kernel: /\\1 /'
    journalctl -q --no-pager -o short-unix --since "@$from" _SYSTEMD_UNIT=systemd-oomd.service 2>/dev/null </dev/null | sed 's/^\\([0-9.]*\\) [^ ]* [^ ]*: /\\1 /'
  } | grep -aE "$told" | tail -n 3000 | cut -c1-1000 | hex log
elif dmesg >/dev/null 2>&1; then
  said=$(dmesg | awk -v boot="$boot" 'match($0, /^\\[ *[0-9]+\\.[0-9]+\\] /) { printf "%d %s\\n", substr($0, 2, RLENGTH - 3) + boot, substr($0, RLENGTH + 1) }')
  plain reaches "$(printf '%s\\n' "$said" | sed -n '1s/ .*//p')"
  printf '%s\\n' "$said" | grep -aE "$told" | tail -n 3000 | cut -c1-1000 | hex log
else plain denied 1
fi
:
`;
