/**
 * Shell functions about the installers of rpm hosts; they read `$installer` and `$name`.
 *
 * `simulate` asks what an install would do, with the arguments given (`-C`: from the lists there are). It changes nothing;
 * dnf and yum end it with 1. It never waits for a lock: dnf says so by 200, zypper by 7, yum by its text. dnf 5 takes
 * `exit_on_lock` too, and never waits anyway.
 *
 * `plan_lines` makes of that text one line per package, sorted: `+NAME.ARCH` comes, `~NAME.ARCH` gets another version,
 * `-NAME` goes, also by what comes in its place. dnf and yum print a table of 80 columns whose long names push the rest of
 * their row to the next line; zypper prints XML (`--xmlout`), one element a line, free text escaped.
 */
export const rpmPlanFunctions = `
simulate() {
  case $installer in
    zypper) zypper --xmlout --non-interactive "$@" install --dry-run -- "$name" 2>&1 ;;
    *) "$installer" "$@" --setopt=exit_on_lock=1 --assumeno install -- "$name" 2>&1 ;;
  esac
}
held() { case $1 in *'already locked by '[0-9]*|*'holding the yum lock'*|*'System management is locked'*) ;; *) return 1 ;; esac; }
plan_lines() {
  if [ "$installer" = zypper ]; then solvables; else table; fi | LC_ALL=C sort -u
}
table() {
  set -f
  mark='' long='' entry=''
  while IFS= read -r line; do
    case \${line%"\${line##*[! ]}"} in
      Installing\\ [Gg]roups*: | Installing\\ [Ee]nvironment*:) mark='' ;;
      Installing*:) mark=+ ;;
      Upgrading*: | Updating*: | Downgrading*: | Reinstalling*:) mark='~' ;;
      Removing*:) mark=- ;;
      ' '*)
        [ -n "$mark" ] || continue
        set -- $line
        case $line in
          ' '[!\\ ]*) entry=$1; if [ $# -gt 1 ]; then echo "$mark$1.$2"; else long=$1; continue; fi ;;
          *' replacing '*) case $2 in "$entry" | "$entry".*) ;; *) echo "-$2" ;; esac ;;
          *) [ -z "$long" ] || echo "$mark$long.$1" ;;
        esac
        long='' ;;
      *) mark='' ;;
    esac
  done
}
solvables() {
  mark=''
  while IFS= read -r line; do
    case $line in
      '<to-install>'*) mark=+ ;;
      '<to-remove>'*) mark=- ;;
      '<to-'*) mark='~' ;;
      '</to-'*) mark='' ;;
      '<solvable '*'="package" name="'*' arch="'*)
        [ -n "$mark" ] || continue
        named=\${line#*' name="'} arch=\${line#*' arch="'}
        echo "$mark\${named%%'"'*}.\${arch%%'"'*}" ;;
    esac
  done
}
`;

/** Announces from the lists that the host has; `held` where another program keeps its lock for half a minute. */
export const announceRpm = `
lists=-C
[ "$installer" != zypper ] || lists=--no-refresh
tries=0
while said=$(simulate $lists); held "$said"; do
  tries=$((tries + 1))
  if [ $tries -gt 10 ]; then echo held; exit 0; fi
  sleep 3
done
printf '%s\\n' "$said" | plan_lines`;

/**
 * Asks once more, with the newest lists, and installs only what was planned (`$planned`, in the form of `plan_lines`).
 * Where nothing could be planned the package may come, but alone: undo would not know the others.
 * zypper's 102, 103 and 106 are remarks about a success: reboot, restart it, a repository was left out.
 */
export const installRpm = `${rpmPlanFunctions}
said=$(simulate) && rc=0 || rc=$?
now=$(printf '%s\\n' "$said" | plan_lines)
if [ -z "$now" ]; then
  [ $rc != 0 ] || exit 0
  printf '%s\\n%s\\n' "$said" "$installer does not say what would come, nothing was done" >&2
  exit $rc
fi
if [ -n "$planned" ] && [ "$now" != "$planned" ]; then
  printf 'other packages would come than were planned, nothing was done:\\n%s\\n' "$now" >&2; exit 1
elif [ -z "$planned" ] && [ "\${now%.*}" != "+$name" ] && [ "$now" != "+$name" ]; then
  printf 'more would come than %s, and its lists could not tell before; nothing was done. They are new now, run again:\\n%s\\n' "$name" "$now" >&2
  exit 1
fi
case $installer in
  zypper)
    zypper --non-interactive install -- "$name" && rc=0 || rc=$?
    case $rc in 102|103|106) exit 0 ;; *) exit $rc ;; esac ;;
  *) "$installer" -y -q --setopt=exit_on_lock=1 install -- "$name" ;;
esac`;
