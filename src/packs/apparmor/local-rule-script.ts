/**
 * Finds the file in `DIR` that defines `PROFILE`, the local file it includes and that file's content, and whether and how
 * the kernel has the profile loaded (`SECURITYFS`, root only). Goes behind core's `fieldFunctions`.
 *
 * `kernel_sum` is of the loaded profile's binary form (SHA-256 since Linux 6.8, SHA-1 before), `file_sum` of what the
 * parser makes of the file today (-K: it touches no cache): equal sums prove that the kernel has what the file says.
 */
export const findLocalRuleScript = String.raw`
[ "$(cat "$PARAMETERS/enabled" 2>/dev/null)" = Y ] && plain enabled 1
loaded=$SECURITYFS/profiles
if [ -r "$loaded" ]; then
  plain loaded_read 1
  while IFS= read -r line; do
    [ "\${line% (*}" = "$PROFILE" ] || continue
    mode=\${line##* (}
    plain loaded "\${mode%)}"
  done < "$loaded"
fi
for d in "$SECURITYFS"/policy/profiles/*; do
  name=
  { IFS= read -r name < "$d/name"; } 2>/dev/null
  [ "$name" = "$PROFILE" ] || continue
  plain loaded_at "$(stat -c %Y -- "$d")"
  for algorithm in sha256 sha1; do
    [ -e "$d/raw_$algorithm" ] && break
  done
  sum=
  { IFS= read -r sum < "$d/raw_$algorithm"; } 2>/dev/null
  plain kernel_sum "$sum"
done
command -v apparmor_parser >/dev/null 2>&1 && plain parser 1
for file in "$DIR"/*; do
  [ -f "$file" ] || continue
  [ -r "$file" ] || { plain denied "$file"; continue; }
  found=$(awk -v wanted="$PROFILE" '
    { line = $0; sub(/^[ \t]+/, "", line) }
    !inside && line ~ /[{][ \t]*(#.*)?$/ {
      name = line
      sub(/^profile[ \t]+/, "", name)
      if (name ~ /^"/) { sub(/^"/, "", name); sub(/".*$/, "", name) } else sub(/[ \t].*$/, "", name)
      if (name == wanted) { inside = 1; print "found" }
    }
    inside && line ~ /^#?include[ \t]+(if[ \t]+exists[ \t]+)?<local\/[^>]+>/ {
      sub(/^[^<]*<local\//, "", line); sub(/>.*$/, "", line); print line; exit
    }
    /^}/ { inside = 0 }' "$file" | head -n 2)
  case $found in found*) ;; *) continue;; esac
  printf '%s' "$file" | hex file
  # Several profiles in one file are several loads: their sum says nothing about one of them.
  if [ "$(apparmor_parser -N -- "$file" 2>/dev/null)" = "$PROFILE" ]; then
    sum=$(apparmor_parser -K -S -- "$file" 2>/dev/null | "\${algorithm:-sha1}sum" 2>/dev/null)
    plain file_sum "\${sum%% *}"
  fi
  local=\${found#found}
  printf '%s' "$local" | tr -d '\n' | hex local
  local=$DIR/local/$(printf '%s' "$local" | tr -d '\n')
  [ -d "$DIR/local" ] || plain no_folder 1
  if [ -L "$local" ]; then plain odd link; elif [ -e "$local" ] && [ ! -f "$local" ]; then plain odd other; fi
  if [ -f "$local" ] && [ ! -r "$local" ]; then plain denied "$local"; fi
  if [ -f "$local" ]; then plain size "$(stat -L -c %s -- "$local")"; head -c 65536 "$local" | hex text; fi
done
:
`.replaceAll('\\$', '$');

/**
 * Writes the local file from stdin (or removes it when `REMOVE` is set), whole or not at all, then loads the profile. When
 * the parser refuses, or the script is stopped, the file is put back at once, so that the next boot does not meet it.
 * `REMOVEFOLDER`: the folder goes too, when nothing else came into it. In a subshell, because the traps must not replace
 * those of the script it becomes part of.
 *
 * -T: a cached profile counts as fresh when no file is newer, so without it a removed file would stay in force; -W: where
 * the boot has a cached one, it is written anew for the same reason.
 */
export const writeLocalRuleScript = String.raw`(
new=$LOCAL.mendgate-new old=$LOCAL.mendgate-old folder=\${LOCAL%/*}
changed=
leave() {
  rc=$?
  if [ -n "$changed" ]; then
    if [ -f "$old" ]; then mv -f -- "$old" "$LOCAL"; else rm -f -- "$LOCAL"; fi
  fi
  rm -f -- "$new" "$old"
  [ -z "$REMOVEFOLDER" ] || rmdir -- "$folder" 2>/dev/null
  exit "$rc"
}
if [ -L "$LOCAL" ]; then echo "$LOCAL is a symbolic link" >&2; exit 1; fi
trap leave EXIT
trap 'exit 1' HUP INT TERM
if [ ! -d "$folder" ]; then
  ( umask 022; mkdir -p -- "$folder" ) || exit 1
  [ -n "$REMOVE" ] || REMOVEFOLDER=1
fi
rm -f -- "$new" "$old"
if [ -f "$LOCAL" ]; then cp -p -- "$LOCAL" "$old" && cp -p -- "$LOCAL" "$new" || exit 1; else ( umask 022; : > "$new" ) || exit 1; fi
if [ -z "$REMOVE" ]; then cat > "$new" || exit 1; fi
changed=1
if [ -n "$REMOVE" ]; then rm -f -- "$LOCAL" || exit 1
else mv -f -- "$new" "$LOCAL" || exit 1; fi
write=
for cached in "$CACHE"/*/"\${PROFILEFILE##*/}"; do [ -f "$cached" ] && write=-W; done
apparmor_parser -r -T $write -- "$PROFILEFILE" || exit 1
changed=
)`.replaceAll('\\$', '$');
