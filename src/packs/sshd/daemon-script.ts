import { fieldFunctions } from '../core/fields.ts';

/**
 * Which sshd this session came through (its own ancestor; without one, the first that listens), and its files.
 *
 * - `master PID`, `exe PATH`, `title` (hex), `uid`, `unit` of its cgroup
 * - `session` (hex): the title of the session's own process, `connection` (hex): SSH_CONNECTION
 */
export const daemonScript = `${fieldFunctions}
parent() { IFS= read -r stat 2>/dev/null <"/proc/$1/stat" || return 1; name=\${stat#*"("}; name=\${name%")"*}; set -- \${stat##*") "}; ppid=$2; }
title() { tr '\\0' ' ' <"/proc/$1/cmdline" 2>/dev/null | head -c 4000; }
pid=$$ master= session= connection=
while [ "$pid" -gt 1 ] 2>/dev/null && parent "$pid"; do
  case $name in
    sshd*) master=$pid; [ -n "$session" ] || session=$(title "$pid");;
    *)
      [ -z "$master" ] || break
      found=$(tr '\\0' '\\n' <"/proc/$pid/environ" 2>/dev/null | sed -n 's/^SSH_CONNECTION=//p' | head -n 1)
      connection=\${found:-$connection};;
  esac
  pid=$ppid
done
if [ -z "$master" ]; then
  for dir in /proc/[0-9]*; do
    parent "\${dir#/proc/}" || continue
    [ "$name" = sshd ] || continue
    case $(title "\${dir#/proc/}") in *'[listener]'*|/*) master=\${dir#/proc/}; break;; esac
  done
fi
plain master "$master"
plain now "$(date +%s)"
printf %s "$session" | hex session
printf %s "$connection" | hex connection
if [ -n "$master" ]; then
  title "$master" | hex title
  plain exe "$(readlink "/proc/$master/exe" 2>/dev/null)"
  plain uid "$(stat -c %u "/proc/$master" 2>/dev/null)"
  plain unit "$(sed -n 's,^[^:]*:[^:]*:.*/\\([^/]*\\.service\\)$,\\1,p' "/proc/$master/cgroup" 2>/dev/null | head -n 1)"
fi
`;

/**
 * `CONFIG` and what it includes; relative patterns are below /etc/ssh.
 *
 * - `file` and `text` in turn (hex); `of` (a pattern) and `match` (a file) in turn (hex)
 * - `ctime SECONDS` of each file and each folder of a pattern; `loaded SECONDS`: when `PIDFILE` was written
 */
export const filesScript = `${fieldFunctions}
count=0
newest=0
show() {
  [ "$2" -le 16 ] && [ "$count" -lt 200 ] || return 0
  count=$((count + 1))
  if [ ! -r "$1" ]; then plain forbidden "$1"; return 0; fi
  printf %s "$1" | hex file
  head -c 200000 "$1" | hex text
  plain ctime "$(stat -L -c %.6Z "$1" 2>/dev/null || stat -L -c %Z "$1")"
  sed -n 's/^[[:space:]]*[Ii][Nn][Cc][Ll][Uu][Dd][Ee][[:space:]=]\\{1,\\}//p' "$1" | tr -d '"\\r' | tr ' \\t' '\\n\\n' | while IFS= read -r pattern; do
    [ -n "$pattern" ] || continue
    case $pattern in /*) ;; *) pattern=/etc/ssh/$pattern;; esac
    folder=\${pattern%/*}
    [ ! -d "$folder" ] || plain ctime "$(stat -L -c %.6Z "$folder" 2>/dev/null || stat -L -c %Z "$folder")"
    IFS=
    for each in $pattern; do
      unset IFS
      [ -e "$each" ] || continue
      printf %s "$pattern" | hex of
      printf %s "$each" | hex match
      ( show "$each" $(($2 + 1)) )
    done
    unset IFS
  done
}
show "$CONFIG" 0
if [ -n "$PIDFILE" ] && [ -e "$PIDFILE" ]; then plain loaded "$(stat -c %.6Y "$PIDFILE" 2>/dev/null || stat -c %Y "$PIDFILE")"; fi
:
`;
