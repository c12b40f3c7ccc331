/**
 * Follows `processesScript`: what the binary was built with, where the configuration seems to be, and every file that
 * seems to take part. It only reads; `nginx -V` opens no file (`-t` and `-T` would create logs and folders).
 * A binary is run only when its master belongs to root or to us: somebody else's program never runs with our rights.
 *
 * - `V text` of `nginx -V`, `N binary`, `Q main file as guessed`
 * - then the lines of `filesScript`
 */
export const discoverScript = String.raw`
binary=
if [ -n "$masterbinary" ] && { [ "$masteruid" = 0 ] || [ "$masteruid" = "$(id -u)" ]; }; then binary=$masterbinary; fi
for try in "$(command -v nginx)" /usr/sbin/nginx /usr/local/nginx/sbin/nginx /usr/local/openresty/nginx/sbin/nginx; do
  [ -n "$binary" ] && [ -x "$binary" ] && break
  binary=$try
done
version=
if [ -x "$binary" ]; then
  echo "N $binary"
  version=$("$binary" -V 2>&1 | head -c 16384)
  printf '%s\n' "$version" | sed 's/^/V /'
fi
conf=
case "$mastertitle" in *' -c '*) conf=\${mastertitle#*' -c '}; conf=\${conf%% *};; esac
case $conf in
  /*) ;;
  *) conf=$(printf '%s\n' "$version" | sed -n 's/.* --conf-path=\([^ ]*\).*/\1/p' | head -n 1);;
esac
case $conf in /*) ;; *) conf=/etc/nginx/nginx.conf;; esac
printf 'Q %s\n' "$conf"
PATTERNS=$conf
FOLDER=\${conf%/*}
`.replaceAll('\\$', '$');

/**
 * Reads the files that match `PATTERNS` (absolute, one a line) and what they include, relative to `FOLDER`. Its search
 * for `include` is crude and finds too much rather than too little: the parser decides what takes part.
 *
 * - `G pattern`, then `M path` for each match
 * - `S MTIME CTIME SIZE path` for each file, `D MTIME path` for each folder of a pattern
 * - `R path` exists but cannot be read
 * - `F path`, then its lines, each after `|`
 * - `O` something was left out: too many files, too much text, or a name with a line end
 */
export const filesScript = String.raw`
nl='
'
seen=$nl
all= folders=$nl count=0 level=0
queue=$PATTERNS
while [ -n "$queue" ] && [ $level -lt 12 ]; do
  level=$((level + 1))
  new=
  IFS=$nl
  set -f
  set -- $queue
  set +f
  for pattern do
    case $seen in *"$nl"'G'"$pattern$nl"*) continue;; esac
    seen="$seen"'G'"$pattern$nl"
    printf 'G %s\n' "$pattern"
    folder=\${pattern%/*}
    case $folders in *"$nl$folder$nl"*) ;; *) folders="$folders$folder$nl";; esac
    near=$folder
    while [ -n "$near" ] && [ ! -e "$near" ]; do near=\${near%/*}; done
    if [ -n "$near" ] && { [ ! -x "$near" ] || { [ "$near" = "$folder" ] && [ ! -r "$near" ]; }; }; then
      printf 'R %s\n' "$near"
    fi
    IFS=
    for f in $pattern; do
      [ -e "$f" ] || continue
      case $f in *"$nl"*) echo O; continue;; esac
      [ -f "$f" ] || continue
      printf 'M %s\n' "$f"
      case $seen in *"$nl"'F'"$f$nl"*) continue;; esac
      seen="$seen"'F'"$f$nl"
      count=$((count + 1))
      if [ $count -gt 2000 ]; then echo O; break 2; fi
      if [ -r "$f" ]; then new="$new$f$nl"; else printf 'R %s\n' "$f"; fi
    done
    IFS=$nl
  done
  [ -n "$new" ] || break
  all="$all$new"
  IFS=$nl
  set -f
  queue=$(awk -v folder="$FOLDER" '
    /^[ \t]*#/ { next }
    /include/ {
      line = $0
      while (match(line, /(^|[ \t;{}])include[ \t]+[^;]+;/)) {
        path = substr(line, RSTART, RLENGTH)
        line = substr(line, RSTART + RLENGTH)
        sub(/^.?include[ \t]+/, "", path)
        sub(/[ \t]*;$/, "", path)
        gsub(/^["\047]|["\047]$/, "", path)
        print (path ~ /^\// ? path : folder "/" path)
      }
    }' $new)
done
IFS=$nl
set -f
if [ -n "$all" ]; then
  stat -L -c 'S %.3Y %.3Z %s %n' $all
  awk -v cap=900000 '
    FNR == 1 { print "F " FILENAME }
    { n += length($0) + 2; if (n > cap) { print "O"; exit } print "|" $0 }' $all
fi
for folder in $folders; do
  case $folder in /*[*?[]*) ;; /*) [ -d "$folder" ] && stat -L -c 'D %.3Z %n' "$folder";; esac
done
:
`.replaceAll('\\$', '$');
