import type { Answer, Command } from '../../model/command.ts';
import type { Inspector } from '../../model/probe.ts';

/**
 * Shell that sets `$policytype` (`targeted`, `default`) and `$store`: the directory of the policy store with the local
 * records as text files, or empty when it cannot be looked at (it is root's).
 */
export const storeScript = `
policytype=$(sed -n 's/^SELINUXTYPE=[[:space:]]*//p' /etc/selinux/config 2>/dev/null | tail -n 1)
policytype=\${policytype%%[!A-Za-z0-9_-]*}
store=''
for d in "/var/lib/selinux/$policytype/active" "/etc/selinux/$policytype/active" "/etc/selinux/$policytype/modules/active"; do
  if [ -n "$policytype" ] && [ -r "$d" ] && [ -x "$d" ]; then store=$d; break; fi
done
`;

/**
 * A shell function that prints modules' files of the store, which are compressed unless semanage.conf says otherwise.
 * Bare hosts have no bzip2, but Python; RHEL's own is not on the PATH. It fails where nothing can unpack them.
 */
export const storeTextFunction = `
store_text() {
  if [ "$(head -c 3 "$1" 2>/dev/null)" != BZh ]; then cat -- "$@" 2>/dev/null; return; fi
  if command -v bzip2 >/dev/null 2>&1; then bzip2 -dcf -- "$@" 2>/dev/null; return; fi
  for python in python3 /usr/libexec/platform-python; do
    command -v "$python" >/dev/null 2>&1 || continue
    "$python" -c '
import bz2, sys
for name in sys.argv[1:]:
    data = open(name, "rb").read()
    sys.stdout.buffer.write(bz2.decompress(data) if data[:3] == b"BZh" else data)
' "$@" 2>/dev/null
    return
  done
  return 1
}
`;

/** A command that rebuilds the policy: minutes on a small host. */
const rebuildTimeoutMs = 240_000;

/** Spread into every command that commits to the store: a host whose commit was cut short may not boot again. */
export const storeChange = { timeoutMs: rebuildTimeoutMs, unkillable: true } as const;

/**
 * Several records as one transaction, with one build of the policy instead of one each. It is all or nothing: a line that
 * fails leaves none of the others (measured with semanage 3.4). semanage splits a line at blanks and takes quotes for
 * its own, so no word may hold either.
 */
export function semanageImport(lines: readonly string[]): Command {
  return { argv: ['semanage', 'import'], stdin: lines.map((line) => `${line}\n`).join(''), ...storeChange };
}

/**
 * What the tools say when another transaction holds the policy store. They gave up before they changed anything, so a
 * later attempt is allowed.
 */
export function busyStore(answer: Answer): string | undefined {
  if (answer.rc === 0) return undefined;
  const locked =
    /Could not get direct (?:transaction|read) lock|semanage\.(?:trans|read)\.LOCK|BlockingIOError|Could not start semanage transaction/.test(
      `${answer.stdout}\n${answer.stderr}`,
    );
  return locked ? 'another program holds the policy store' : undefined;
}

/** The same of `setsebool -P`, which waits 5 s and, where it does not know -V, says nothing at all, with rc 255. */
export function busySetsebool(answer: Answer): string | undefined {
  const silent = answer.rc === 255 && `${answer.stdout}${answer.stderr}`.trim() === '';
  return silent ? 'another program holds the policy store' : busyStore(answer);
}

/**
 * Who holds the policy store at this moment, by the kernel's table of locks; `undefined` when nobody does, or when that
 * can't be told (no root, a file system whose device numbers differ from the kernel's). Looking first is not only
 * friendlier than the tools' own 5 s (semanage: up to 20): libsemanage of 2026 waits for ever.
 */
export async function storeHolder(host: Inspector): Promise<string | undefined> {
  const { stdout } = await host.run({ script: holderScript });
  const [, pid, program] = /^store-held (\d{1,10}) (.{0,64})$/m.exec(stdout) ?? [];
  if (pid === undefined) return undefined;
  const who = program === undefined || program === '' ? `process ${pid}` : `${program} (process ${pid})`;
  return `the policy store is held by ${who}`;
}

/** `flock` takes the lock, as libsemanage does; the kernel names its file by device and inode. */
const holderScript = `${storeScript}
proc=\${proc:-/proc}
for lock in "/var/lib/selinux/$policytype" "/etc/selinux/$policytype" "/etc/selinux/$policytype/modules"; do
  id=$(stat -c '%d %i' "$lock/semanage.trans.LOCK" 2>/dev/null) || continue
  dev=\${id%% *} inode=\${id#* }
  case $dev$inode in ''|*[!0-9]*) continue ;; esac
  file=$(printf '%02x:%02x:%s' $(((dev >> 8) & 4095)) $(((dev & 255) | ((dev >> 12) & 1048320))) "$inode")
  while read -r number kind advisory mode pid where rest; do
    [ "$kind $where" = "FLOCK $file" ] || continue
    program=''
    { read -r program < "$proc/$pid/comm"; } 2>/dev/null
    echo "store-held $pid $program"
    exit 0
  done < "$proc/locks"
done
echo store-free
`;
