# W as one script, for what has no gates of its own: @STATE@ and @SUDO@ are filled in, $1 is the host.
D=@STATE@/$1
cat /etc/os-release || exit 11
id -u || exit 12
cat "$D/bool" || exit 13
grep ERROR "$D/app.log" || exit 14
stat -c '%a %U %s' "$D/app.log" || exit 15
now=$(cat "$D/bool") || exit 16
[ "$now" != off ] || @SUDO@ sh -c 'echo on > "$1"' sh "$D/bool" || exit 17
[ "$(cat "$D/bool")" = on ] || exit 18
mode=$(cat "$D/mode") || exit 19
[ "$mode" != off ] || @SUDO@ sh -c 'echo on > "$1"' sh "$D/mode" || exit 20
[ -z "$(grep -L '^on$' "$D/bool" "$D/mode")" ] || exit 21
echo W-OK
