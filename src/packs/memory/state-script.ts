import { fieldFunctions } from '../core/fields.ts';

/**
 * - `meminfo`, `swaps`, `fstab`, `pressure` (hex): the files; \`pressure\` is absent where the kernel does not measure it
 * - `swappiness`, `overcommit`; `kubelet 1` where Kubernetes runs, which wants swap off
 * - `masked UNIT`: swap units that somebody masked
 * - `process PID OOM_SCORE RSS_KB SWAP_KB UNIT NAME` of the five biggest
 * - `real` in turn with `device`: a device of fstab as its block device
 */
export const stateScript = `${fieldFunctions}
hex meminfo </proc/meminfo
hex swaps </proc/swaps
[ -r /etc/fstab ] && grep -E '^[^#]*[[:space:]]swap[[:space:]]' /etc/fstab | head -n 50 | hex fstab
cat /proc/pressure/memory 2>/dev/null | hex pressure
plain swappiness "$(cat /proc/sys/vm/swappiness 2>/dev/null)"
plain overcommit "$(cat /proc/sys/vm/overcommit_memory 2>/dev/null)"
grep -qx kubelet /proc/[0-9]*/comm 2>/dev/null && plain kubelet 1
for file in /etc/systemd/system/*.swap /run/systemd/system/*.swap; do
  [ "$(readlink "$file" 2>/dev/null)" = /dev/null ] && plain masked "\${file##*/}"
done
grep -E '^[^#]*[[:space:]]swap[[:space:]]' /etc/fstab 2>/dev/null | head -n 50 | while read -r device _; do
  printf %s "$device" | hex device
  case $device in
    UUID=*) path=/dev/disk/by-uuid/\${device#UUID=};;
    LABEL=*) path=/dev/disk/by-label/\${device#LABEL=};;
    PARTUUID=*) path=/dev/disk/by-partuuid/\${device#PARTUUID=};;
    PARTLABEL=*) path=/dev/disk/by-partlabel/\${device#PARTLABEL=};;
    *) path=$device;;
  esac
  if [ -e "$path" ]; then readlink -f "$path" | tr -d '\\n' | hex real; else printf '' | hex real; fi
done
# Processes end while they are looked at; awk itself would give up at the first that is gone.
cat /proc/[0-9]*/status 2>/dev/null | awk '
  $1 == "Name:" { now = $2 }
  $1 == "Pid:" { pid = $2; name[pid] = now }
  $1 == "VmRSS:" { rss[pid] = $2 }
  $1 == "VmSwap:" { swap[pid] = $2 }
  END { for (p in rss) print rss[p] + swap[p], p, rss[p], swap[p] + 0, name[p] }
' | sort -rn | head -n 5 | while read -r _ pid rss swap name; do
  unit=$(sed -n 's,^[^:]*:[^:]*:.*/\\([^/]*\\.\\(service\\|scope\\)\\).*$,\\1,p' "/proc/$pid/cgroup" 2>/dev/null | head -n 1)
  plain process "$pid $(cat "/proc/$pid/oom_score" 2>/dev/null || echo 0) $rss $swap \${unit:--} $name"
done
:
`;
