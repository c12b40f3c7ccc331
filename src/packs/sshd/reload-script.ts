/**
 * Tests the files, then has the listening process read them. sshd executes itself anew for that, under the same pid, and
 * writes its pid file again: that is waited for. Ends with an error before anything is touched when sshd refuses the files.
 */
export const reloadScript = `
set --
IFS='
'
set -f
for option in $OPTIONS; do set -- "$@" "$option"; done
set +f
unset IFS
"$PROGRAM" -t "$@" || exit 1
[ "$MASTER" -gt 0 ] || exit 0
stamp() { stat -c '%Y %Z %i %.9Y' "$PIDFILE" 2>/dev/null || stat -c '%Y %Z %i' "$PIDFILE" 2>/dev/null; }
before=
# Where times have whole seconds only, a file of the same second looks as old as the reload.
if [ -n "$PIDFILE" ]; then before=$(stamp); sleep 1; fi
if [ -n "$UNIT" ] && [ "$(systemctl show -p MainPID -- "$UNIT" 2>/dev/null)" = "MainPID=$MASTER" ]; then
  systemctl reload -- "$UNIT" || exit 1
else
  kill -HUP "$MASTER" || exit 1
fi
tries=0
while [ -n "$PIDFILE" ] && [ $tries -lt 50 ]; do
  now=$(stamp)
  [ -n "$now" ] && [ "$now" != "$before" ] && exit 0
  tries=$((tries + 1))
  sleep 0.2 2>/dev/null || { sleep 1; tries=$((tries + 4)); }
done
[ -z "$PIDFILE" ] && exit 0
echo 'sshd was told to reload, but did not start again: see its log' >&2
exit 1
`;
