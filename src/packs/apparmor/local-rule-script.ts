/**
 * Finds the file in `DIR` that defines `PROFILE`, the local file it includes and that file's content, and whether the
 * kernel has the profile loaded (`SECURITYFS`/profiles, root only). Goes behind core's `fieldFunctions`.
 */
export const findLocalRuleScript = String.raw`
loaded=$SECURITYFS/profiles
if [ -r "$loaded" ]; then
  plain loaded_read 1
  while IFS= read -r line; do [ "\${line% (*}" = "$PROFILE" ] && plain loaded 1; done < "$loaded"
fi
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
  local=\${found#found}
  printf '%s' "$local" | tr -d '\n' | hex local
  local=$DIR/local/$(printf '%s' "$local" | tr -d '\n')
  if [ -f "$local" ]; then plain size "$(stat -L -c %s -- "$local")"; head -c 65536 "$local" | hex text; fi
done
:
`.replaceAll('\\$', '$');

/**
 * Writes the local file from stdin (or removes it when `REMOVE` is set), whole or not at all, then loads the profile. When the parser refuses, the
 * file is put back at once, so that the next boot does not meet it.
 */
export const writeLocalRuleScript = String.raw`
mkdir -p -- "\${LOCAL%/*}" || exit 1
new=$LOCAL.mendgate-new old=$LOCAL.mendgate-old
rm -f -- "$new" "$old"
if [ -f "$LOCAL" ]; then cp -p -- "$LOCAL" "$old" && cp -p -- "$LOCAL" "$new" || exit 1; else ( umask 022; : > "$new" ) || exit 1; fi
if [ -n "$REMOVE" ]; then rm -f -- "$LOCAL" "$new" || exit 1
else cat > "$new" && mv -f -- "$new" "$LOCAL" || exit 1; fi
if apparmor_parser -r -- "$PROFILEFILE"; then rm -f -- "$old"; exit 0; fi
if [ -f "$old" ]; then mv -f -- "$old" "$LOCAL"; else rm -f -- "$LOCAL"; fi
exit 1
`.replaceAll('\\$', '$');
