/**
 * Who listens where, from /proc alone. `UNITS` = units to ask systemd about, one a line.
 *
 * - `A address` of this machine; `6 HEXADDRESS` for IPv6
 * - `T HEXADDRESS:HEXPORT INODE` for a listening TCP socket, `X INODE path` for a listening Unix socket
 * - `O INODE PID` who holds a listening socket (only processes we may look into)
 * - `P PID name`, `C PID cgroup line`
 * - `U UNIT ACTIVESTATE`; `S none` without systemd
 *
 * File names never reach the output except for a socket's own path: `ls -q` hides line ends, and the fields are counted.
 */
export const listenersScript = String.raw`
nl='
'
awk '/\|-- / { address = $2 } /host LOCAL/ { print "A " address }' /proc/net/fib_trie 2>/dev/null | sort -u
awk '{ print "6 " $1 }' /proc/net/if_inet6 2>/dev/null
listening=$(
  awk '$4 == "0A" { print "T " $2 " " $10 }' /proc/net/tcp /proc/net/tcp6 2>/dev/null
  awk '$4 == "00010000" && NF >= 8 { path = $0; for (i = 0; i < 7; i++) sub(/^[^ ]+ +/, "", path); print "X " $7 " " path }' /proc/net/unix 2>/dev/null
)
printf '%s\n' "$listening"
quiet=-l
ls -lq / >/dev/null 2>&1 && quiet=-lq
holders=$(
  {
    printf '%s\n' "$listening"
    echo holders
    ls $quiet /proc/[0-9]*/fd 2>/dev/null
  } | awk '
    !begun && /^T / { wanted[$3] = 1; next }
    !begun && /^X / { wanted[$2] = 1; next }
    /^holders$/ { begun = 1; next }
    /^\/proc\/[0-9]+\/fd:$/ { split($0, part, "/"); pid = part[3]; next }
    NF == 11 && $10 == "->" && $11 ~ /^socket:\[[0-9]+\]$/ {
      inode = substr($11, 9, length($11) - 9)
      if (inode in wanted) print "O " inode " " pid
    }' | sort -u | head -n 5000
)
printf '%s\n' "$holders"
for pid in $(printf '%s\n' "$holders" | cut -d ' ' -f 3 | sort -u); do
  name=
  { IFS= read -r name < "/proc/$pid/comm"; } 2>/dev/null
  printf 'P %s %s\n' "$pid" "$name"
  { while IFS= read -r line; do
    case $line in 0::*|*:name=systemd:*) printf 'C %s %s\n' "$pid" "$line";; esac
  done < "/proc/$pid/cgroup"; } 2>/dev/null
done
if [ -n "$UNITS" ]; then
  if command -v systemctl >/dev/null 2>&1; then
    IFS=$nl
    set -f
    for unit in $UNITS; do echo "U $unit $(systemctl show -p ActiveState -- "$unit" 2>/dev/null | sed -n 's/^ActiveState=//p')"; done
  else echo 'S none'; fi
fi
:
`.replaceAll('\\$', '$');
