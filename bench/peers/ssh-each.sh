#!/bin/sh
# One host of "plain ssh": one ssh for each command, gates decided here. $1 the host, $2 ssh's config, $3 the state, $4 sudo.
D=$3/$1
host=$1 config=$2
r() { ssh -F "$config" "$host" "$1" </dev/null; }
r 'cat /etc/os-release' && r 'id -u' && r "cat $D/bool" && r "grep ERROR $D/app.log" && r "stat -c '%a %U %s' $D/app.log" || exit 255
[ "$(r "cat $D/bool")" != off ] || r "$4 sh -c 'echo on > $D/bool'" || exit 255
r "test \"\$(cat $D/bool)\" = on" || exit 255
[ "$(r "cat $D/mode")" != off ] || r "$4 sh -c 'echo on > $D/mode'" || exit 255
r "test -z \"\$(grep -L '^on\$' $D/bool $D/mode)\"" || exit 255
