/**
 * Lists nginx's processes from /proc, without forking for each process of the host. One line each, told by its first
 * letter; text from processes comes last on its line with control characters removed:
 *
 * - `B BTIME UPTIME NOW HZ` for turning ticks into time; `H` when other users' processes are hidden from us
 * - `P PID PPID UID STARTTICKS DEPTH` with DEPTH > 1 inside a container; then for that process
 *   `T title`, `X binary`, `W working folder`, `A security label`, `C cgroup line`
 * - `U UID NAME` for each user, `L selinux` and `L apparmor` for what the kernel enforces
 *
 * `PIDFILE` chooses the master where several run. Leaves `mastertitle`, `masterbinary` and `masteruid` to what follows.
 */
export const processesScript = String.raw`
nl='
'
while read -r k v; do [ "$k" = btime ] && break; done < /proc/stat
now=$(date +%s.%N)
read -r up _ < /proc/uptime
echo "B $v $up $now $(getconf CLK_TCK 2>/dev/null || echo 100)"
{ IFS= read -r one < /proc/1/comm; } 2>/dev/null || echo H
[ -e /sys/fs/selinux/enforce ] && echo 'L selinux'
[ "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)" = Y ] && echo 'L apparmor'
pid=
if [ -n "$PIDFILE" ]; then
  { read -r pid < "$PIDFILE"; } 2>/dev/null || [ -n "$pid" ] || echo 'K'
  case $pid in ''|*[!0-9]*) ;; *) echo "I $pid";; esac
fi
uids=' '
mastertitle= masterbinary= masteruid=
for d in /proc/[0-9]*; do
  comm=
  { IFS= read -r comm < "$d/comm"; } 2>/dev/null || continue
  case $comm in nginx|openresty|angie|tengine|freenginx) ;; *) continue;; esac
  stat=
  { IFS= read -r stat < "$d/stat"; } 2>/dev/null || continue
  stat=\${stat##*") "}
  set -- $stat
  ppid=$2 start=\${20}
  uid=; depth=1
  { while read -r k v rest; do
    case $k in
      Uid:) uid=$v;;
      NSpid:) set -- $v $rest; depth=$#;;
    esac
  done < "$d/status"; } 2>/dev/null
  echo "P \${d#/proc/} $ppid $uid $start $depth"
  title=$(tr '\001-\037\177' ' ' < "$d/cmdline" 2>/dev/null | tr '\000' '\n' | head -c 4000)
  case $title in
    'nginx: '*) title=\${title%%"$nl"*};;
    *) title=$(printf '%s' "$title" | tr '\n' ' ');;
  esac
  printf 'T %s\n' "$title"
  binary=$(readlink "$d/exe" 2>/dev/null | head -n 1)
  printf 'X %s\n' "$binary"
  printf 'W %s\n' "$(readlink "$d/cwd" 2>/dev/null | head -n 1)"
  case $depth:$title in 1:'nginx: master process '*)
    if [ "\${d#/proc/}" = "$pid" ] || { [ -z "$pid$mastertitle" ] && [ "$uid" = 0 ]; }; then
      mastertitle=$title masterbinary=\${binary%" (deleted)"} masteruid=$uid
    fi;;
  esac
  label=; { IFS= read -r label < "$d/attr/apparmor/current"; } 2>/dev/null
  [ -n "$label" ] || { IFS= read -r label < "$d/attr/current"; } 2>/dev/null
  printf 'A %s\n' "$label"
  { while IFS= read -r line; do
    case $line in 0::*|*:name=systemd:*) printf 'C %s\n' "$line";; esac
  done < "$d/cgroup"; } 2>/dev/null
  case $uids in *" $uid "*) ;; *)
    uids="$uids$uid "
    name=$(getent passwd "$uid" 2>/dev/null || awk -F: -v u="$uid" '$3 == u' /etc/passwd 2>/dev/null)
    echo "U $uid \${name%%:*}" | head -n 1;;
  esac
done
`.replaceAll('\\$', '$');
