import type { Answer } from '../../model/command.ts';
import type { Inspector } from '../../model/probe.ts';

const texts = [
  // apt, dpkg
  /could not get lock|unable to acquire the dpkg frontend lock/i,
  // zypper, apk
  /system management is locked|unable to lock database/i,
  // dnf 4 and yum with exit_on_lock, dnf 5, rpm
  /already locked by \d|holding the yum lock|failed to obtain (?:the |rpm )?transaction lock|can't create transaction lock/i,
];

/** What package tools say when another one is at work. They gave up before they changed anything. */
export function busyDatabase({ rc, stdout, stderr }: Answer): string | undefined {
  const said = `${stderr}\n${stdout}`;
  const locked = rc !== 0 && texts.some((text) => text.test(said));
  return locked ? 'another program holds the lock of the package data base' : undefined;
}

/** Who is changing packages at this moment; `undefined` when nobody is, or when that can't be told (no root). */
export async function databaseHolder(host: Inspector): Promise<string | undefined> {
  const { stdout } = await host.run({ script: holder, variables: { root: '' } });
  const [, pid, program] = /^packages-held (-?\d{1,10}) (.{0,64})$/m.exec(stdout) ?? [];
  if (pid === undefined) return undefined;
  const named = program === undefined || program === '' ? '' : program;
  // The kernel knows no process of an "open file description" lock.
  if (Number(pid) <= 0) return 'the package data base is held by another program';
  return `the package data base is held by ${named === '' ? `process ${pid}` : `${named} (process ${pid})`}`;
}

/**
 * dpkg, apk, rpm and dnf 5 lock files, which the kernel names by device and inode; readers of rpm's share theirs. dnf 4,
 * yum and zypp write their process into a file, and take one that is alive for the holder, as this does.
 */
const holder = `
tell() {
  program=''
  { read -r program < "$root/proc/$1/comm"; } 2>/dev/null
  echo "packages-held $1 $program"
  exit 0
}
for file in cache/dnf/metadata_lock.pid cache/dnf/download_lock.pid lib/dnf/rpmdb_lock.pid run/yum.pid run/zypp.pid; do
  case $file in run/*) file=$root/$file ;; *) file=$root/var/$file ;; esac
  pid=''
  { read -r pid rest < "$file"; } 2>/dev/null
  case $pid in ''|0|*[!0-9]*) ;; *) [ ! -e "$root/proc/$pid/stat" ] || tell "$pid" ;; esac
done
files=' '
for file in var/lib/dpkg/lock-frontend var/lib/dpkg/lock var/cache/apt/archives/lock lib/apk/db/lock usr/lib/apk/db/lock \\
  var/lib/rpm/.rpm.lock usr/lib/sysimage/rpm/.rpm.lock run/dnf/rpmtransaction.lock; do
  id=$(stat -L -c '%d %i' "$root/$file" 2>/dev/null) || continue
  dev=\${id%% *} inode=\${id#* }
  case $dev$inode in ''|*[!0-9]*) continue ;; esac
  files="$files$(printf '%02x:%02x:%s' $(((dev >> 8) & 4095)) $(((dev & 255) | ((dev >> 12) & 1048320))) "$inode") "
done
[ "$files" != ' ' ] && [ -r "$root/proc/locks" ] || exit 0
while read -r number kind advisory mode pid where rest; do
  case $kind in '->') continue ;; esac
  [ "$mode" = WRITE ] || continue
  case $files in *" $where "*) tell "$pid" ;; esac
done < "$root/proc/locks"
:`;
