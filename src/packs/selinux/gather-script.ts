import { booleanScript, isOnWithoutRecord } from './boolean-values.ts';
import { causeScript } from './cause.ts';
import { labelRulesScript } from './file-contexts.ts';
import { kernelFunctions } from './kernel-access.ts';
import { portTableScript } from './port-table.ts';

const modeScript = `${kernelFunctions}
if [ ! -e "$fs/enforce" ]; then echo 'mode disabled'; exit 0; fi
read -r enforce < "$fs/enforce"
case $enforce in 1) echo 'mode enforcing' ;; *) echo 'mode permissive' ;; esac
`;

/** `sockets` looks at each of `$paths`: its label, the directories above it, and who listens. */
const socketFunctions = `
look() {
  label=$(stat -c %C -- "$1" 2>/dev/null)
  printf '\\nlabel %s %s\\n' "\${label:-?}" "$1"
  rule=$(matchpathcon -n "$1" 2>/dev/null)
  printf 'expected %s %s\\n' "\${rule:-<<none>>}" "$1"
  for c in "$label" "$rule"; do case $c in *:*:*) t=\${c#*:}; t=\${t#*:}; canonical "\${t%%:*}" ;; esac; done
  case $label in *:*:*) ask "$worker" "$label" "$2" "$3" ;; esac
  case $rule in "$label") ;; *:*:*) t=\${rule#*:}; t=\${t#*:}; ask "$worker" "\${t%%:*}" "$2" "$3" ;; esac
}
listening=$(ss -lxpZ 2>/dev/null)
sockets() {
printf '%s\\n' "$paths" | while IFS= read -r path; do
  [ -n "$path" ] || continue
  real=$(readlink -f -- "$path" 2>/dev/null)
  path=\${real:-$path}
  printf '\\nsocket %s\\n' "$path"
  look "$path" sock_file write
  d=$path
  while d=\${d%/*}; [ -n "$d" ]; do look "$d" dir search; done
  look / dir search
  d=\${path%/*}
  stat -c 'owner %a %U %G %n' -- "\${d:-/}" 2>/dev/null
  case $d in
    /run/*|/var/run/*)
      { find "$d" -xdev -maxdepth 2 -exec stat -c %C {} +; find "$d" -xdev -maxdepth 2 -exec matchpathcon -n {} +; } 2>/dev/null |
        sed -n 's/^[^: ]*:[^: ]*:\\([^: ]*\\).*/\\1/p' | sort -u | head -n 50 |
        while read -r t; do printf '\\nwithin %s %s\\n' "$t" "$d"; canonical "$t"; done
      short=\${d#/var}; short=\${short#/run/}
      if systemctl show --no-pager --property=RuntimeDirectory '*.service' 2>/dev/null | tr '= ' '\\n\\n' | grep -qxF -e "$short" ||
        (set +f; cat /etc/tmpfiles.d/*.conf /run/tmpfiles.d/*.conf /usr/lib/tmpfiles.d/*.conf 2>/dev/null) |
          awk '$1 ~ /^[dDv]/ { print $2 }' | sed 's,^/var/run,/run,' | grep -qxF -e "/run/$short"
      then printf 'recreated %s\\n' "$d"; fi ;;
  esac
  printf '%s\\n' "$listening" | while IFS= read -r line; do
    case $line in
      *" $path "*) ;;
      *"/\${path##*/} "*) set -- $line; [ "$(readlink -f -- "$5" 2>/dev/null)" = "$path" ] || continue ;;
      *) continue ;;
    esac
    rest=$line
    while :; do
      case $rest in *proc_ctx=*) ;; *) break ;; esac
      rest=\${rest#*proc_ctx=}
      context=\${rest%%[,)]*}
      case $context in *:*:*) printf '\\nunix-listener %s %s\\n' "$context" "$path"; ask "$worker" "$context" unix_stream_socket connectto ;; esac
    done
  done
  for t in httpd_var_run_t httpd_runtime_t; do
    ask "$worker" "$t" dir search
    ask "$worker" "$t" sock_file write
  done
done
}
`;

/** Sets `$held`: the types of all ranges of `$table` that hold one of `$tcp_ports`. */
const heldTypes = `  held=$(printf '%s\\n' "$table" | awk -v wanted="$tcp_ports" '
    BEGIN { n = split(wanted, port, " ") }
    $1 == "ports" && $3 == "tcp" { for (i = 4; i <= NF; i++) { split($i, r, /[-,]/); high = $i ~ /-/ ? r[2] : r[1]
      for (j = 1; j <= n; j++) if (port[j] >= r[1] + 0 && port[j] <= high + 0) print $2 } }' | sort -u)
`;

/** The first lines of {@link gatherScript}: whether a reboot would change one of `$names`. The rest takes seconds. */
export const driftScript = `${modeScript}
${booleanScript(isOnWithoutRecord)}
[ -z "$worker" ] || ask "$worker" http_port_t tcp_socket name_connect
exit 0
`;

/** The part of {@link gatherScript} that tells what is refused now, and nothing of what would help. Same variables. */
export const refusedScript = `${modeScript}
${labelRulesScript}
set -f
if [ "$connects" = yes ]; then
  table=$(${portTableScript})
  printf '%s\\n' "$table"
${heldTypes}  local=$(printf '%s\\n' "$table" | sed -n 's/^ports-local portcon tcp [^:]*:[^:]*:\\([a-z][a-z0-9_]*\\).*/\\1/p' | sort -u)
  for t in $held $local port_t; do ask "$worker" "$t" tcp_socket name_connect; done
fi
${socketFunctions}
sockets
exit 0
`;

/**
 * Reads everything that the choice of remedies needs in one round trip. Variables: `$worker` (context or type of nginx's
 * worker), `$names` (booleans), `$types` (port types to ask about besides those of the port table), `$targets` (lines
 * `CONTEXT CLASS PERM` from denials), `$paths` (Unix sockets, one a line), `$tcp_ports` (of upstreams and denials),
 * `$connects` = yes when there are any.
 *
 * Its output is lines, in any order; unknown ones are skipped. A simulated host prints the same:
 *
 *     mode enforcing|permissive|disabled
 *     semanage yes|no                         the tool is there
 *     bool NAME ACTIVE PENDING                values 0 or 1
 *     bool-local NAME=0|1                     a local record of the policy store
 *     bool-listed NAME (on , off) …           semanage's list, where one of `$names` is on and has no record
 *     ports TYPE  PROTO  80, 81, 8008-8009    `semanage port -l`, local records included
 *     ports-local portcon tcp 3000 system_u:object_r:T:s0
 *     ports-store yes|no · ports-rc RC        whether these could be read
 *     access SOURCE TARGET CLASS PERM NUMBER ALLOWED DECIDED AUDITALLOW AUDITDENY SEQNO FLAGS
 *     type ASKED CANONICAL                    `-`: this policy has no such type
 *     equivalence FROM TO                     `/var/run /run`: rules are written for the second
 *     socket PATH                             each of `$paths`, its links followed (/var/run/app.sock is /run/app.sock)
 *     label CONTEXT PATH                      of a socket and of all directories above it
 *     expected CONTEXT PATH                   what the label rules want there, `<<none>>` = no rule
 *     within TYPE PATH                        the directory above a socket holds something that has it, or should have
 *     owner MODE USER GROUP PATH              of the directory above a socket
 *     recreated PATH                          systemd makes that directory at every start
 *     unix-listener CONTEXT PATH              a process that listens on a socket
 *     listener PORT DOMAIN                    a process that listens on a TCP port
 *     process DOMAIN COMM                     a running process
 *     sesearch yes|no · rule TEXT             `sesearch -A -s DOMAIN -c tcp_socket -p name_connect`
 *     audit2why yes · why LINE                what it says of made-up records: ports without sesearch, and Unix sockets
 *
 * In `access` lines SOURCE is the worker's context, or for `name_bind` a running domain; TARGET is a type for ports and
 * a whole context for files and processes.
 */
export const gatherScript = `${modeScript}
command -v semanage >/dev/null 2>&1 && echo 'semanage yes' || echo 'semanage no'
${booleanScript(isOnWithoutRecord)}
${labelRulesScript}
set -f
domain=\${worker#*:}; domain=\${domain#*:}; domain=\${domain%%:*}

running=''
for p in $(set +f; echo /proc/[0-9]*); do
  context='' comm=''
  { read -r context < "$p/attr/current"; read -r comm < "$p/comm"; } 2>/dev/null
  case $context in *:*:*) ;; *) continue ;; esac
  d=\${context#*:}; d=\${d#*:}; d=\${d%%:*}
  case " $running " in *" $d "*) ;; *) running="$running $d" ;; esac
  case "$seen" in *"|$d $comm|"*) ;; *) seen="$seen|$d $comm|"; echo "process $d $comm" ;; esac
done

for t in http_port_t httpd_var_run_t httpd_runtime_t; do canonical "$t"; done
if [ "$connects" = yes ]; then
  table=$(${portTableScript})
  printf '%s\\n' "$table"
  for t in $(printf '%s\\n' "$table" | sed -n 's/^ports \\([a-z][a-z0-9_]*_t\\) .*/\\1/p' | sort -u) $types; do
    case "$asked" in *" $t "*) continue ;; esac
    asked="$asked $t "
    ask "$worker" "$t" tcp_socket name_connect
  done
${heldTypes}  ss -ltnpZ 2>/dev/null | sed -n 's/^LISTEN *[0-9]* *[0-9]* *[^ ]*:\\([0-9]*\\) .*proc_ctx=[^:,)]*:[^:,)]*:\\([^:,)]*\\).*/listener \\1 \\2/p'
  for d in $running; do
    for t in http_port_t dns_port_t ssh_port_t $held; do ask "$d" "$t" tcp_socket name_bind; done
  done
  if command -v sesearch >/dev/null 2>&1; then
    echo 'sesearch yes'
    sesearch -A -s "$domain" -c tcp_socket -p name_connect 2>/dev/null | sed 's/^ */rule /'
  else
    echo 'sesearch no'
    questions=$(
      for t in http_port_t $held; do ask "$worker" "$t" tcp_socket name_connect; done
      printf '%s\\n' "$targets" | while read -r context class permission; do
        [ "$class" != tcp_socket ] || ask "$worker" "$context" "$class" "$permission"
      done
    )
  fi
fi

printf '%s\\n' "$targets" | while read -r context class permission; do
  [ -z "$permission" ] || ask "$worker" "$context" "$class" "$permission"
done

${socketFunctions}
found=$(sockets)
printf '%s\\n' "$found"
questions="$questions
$found"
${causeScript}
exit 0
`;
