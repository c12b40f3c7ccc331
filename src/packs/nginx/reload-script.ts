/**
 * Tests the files, then has the master load them, and waits until every old worker has been told to go. Ends with an
 * error, before anything is touched, when nginx refuses the files. `MASTER` may be gone by the time a rollback runs this
 * again; then the unit's main process counts, and a nginx that does not run needs no reload.
 */
export const reloadScript = String.raw`
nl='
'
isMaster() {
  title=
  [ -n "$1" ] && { IFS= read -r title < "/proc/$1/cmdline"; } 2>/dev/null
  case $title in 'nginx: master process'*) return 0;; esac
  return 1
}
workers() {
  for d in /proc/[0-9]*; do
    title=
    { IFS= read -r title < "$d/cmdline"; } 2>/dev/null
    case $title in 'nginx: worker process is shutting down'*) continue;; 'nginx: worker process'*) ;; *) continue;; esac
    stat=
    { IFS= read -r stat < "$d/stat"; } 2>/dev/null || continue
    set -- \${stat##*") "}
    [ "$2" = "$master" ] && printf '%s ' "\${d#/proc/}"
  done
}
master=$MASTER
if ! isMaster "$master"; then
  master=
  [ -n "$UNIT" ] && master=$(systemctl show -p MainPID -- "$UNIT" 2>/dev/null | sed -n 's/^MainPID=//p')
  isMaster "$master" || { echo 'nginx does not run: nothing to reload'; exit 0; }
fi
set --
IFS=$nl
set -f
for option in $OPTIONS; do set -- "$@" "$option"; done
set +f
unset IFS
( umask 022; exec "$BINARY" -t "$@" ) || exit 1
sleep "$PAUSE" 2>/dev/null || sleep 2
old=$(workers)
if [ -n "$UNIT" ] && systemctl is-active --quiet -- "$UNIT" 2>/dev/null; then
  systemctl reload -- "$UNIT" || exit 1
else
  kill -HUP "$master" || exit 1
fi
tries=0
while [ $tries -lt 100 ]; do
  left=
  now=" $(workers)"
  for pid in $old; do case $now in *" $pid "*) left=1;; esac; done
  [ -z "$left" ] && [ "$now" != ' ' ] && exit 0
  tries=$((tries + 1))
  sleep 0.2 2>/dev/null || { sleep 1; tries=$((tries + 4)); }
done
echo 'nginx was told to reload, but its old workers go on: it refused the files, see its error log' >&2
exit 1
`.replaceAll('\\$', '$');
