import { fieldFunctions } from '../core/fields.ts';

/**
 * What renewal tools keep about certificates, and what starts them by itself. Reads files and asks systemd; no tool is run.
 *
 * - `file` (path) and `text` in turn, for each lineage
 * - `real` in turn with `asked`: a certificate's path, links followed, and its path as asked for
 * - `unit TOOL UNIT ACTIVE ENABLED RESULT` for a timer or service that does it, RESULT of the last run that it started
 * - `cron TOOL` for a line of cron that does it
 */
export const renewalScript = `${fieldFunctions}
[ -d /run/systemd/system ] && plain systemd 1
for dir in /etc/letsencrypt/renewal "$HOME/.acme.sh" /root/.acme.sh /var/lib/certmonger/requests; do
  if [ -d "$dir" ] && { [ ! -r "$dir" ] || [ ! -x "$dir" ]; }; then plain forbidden "$dir"; fi
  if [ -d "\${dir%/*}" ] && [ ! -x "\${dir%/*}" ]; then plain forbidden "\${dir%/*}"; fi
done
count=0 seen=
for file in /etc/letsencrypt/renewal/*.conf /root/.acme.sh/*/*.conf "$HOME"/.acme.sh/*/*.conf /var/lib/certmonger/requests/*; do
  [ -f "$file" ] || continue
  case " $seen " in *" $file "*) continue;; esac
  seen="$seen $file"
  [ -r "$file" ] || { plain forbidden "$file"; continue; }
  count=$((count + 1)); [ "$count" -le 300 ] || { plain more 1; break; }
  printf %s "$file" | hex file
  grep -E '^ *(fullchain|cert|chain|authenticator|autorenew|manual_auth_hook) *=|^Le_(Domain|Webroot|Real[A-Za-z]*Path)=|^(id|cert_file|autorenew)=' "$file" | head -c 4000 | hex text
done
state() {
  set -- "$1" "$2" "$3" "$(systemctl show -p LoadState -p ActiveState -p UnitFileState -- "$2" 2>/dev/null)"
  case $4 in *LoadState=loaded*) ;; *) return;; esac
  active=0; case $4 in *ActiveState=active*) active=1;; esac
  enabled=0; case $4 in *UnitFileState=enabled*) enabled=1;; esac
  result=$(systemctl show -p Result -- "$3" 2>/dev/null)
  plain unit "$1 $2 $active $enabled \${result#Result=}"
}
if command -v systemctl >/dev/null 2>&1; then
  for name in certbot certbot-renew snap.certbot.renew; do state certbot "$name.timer" "$name.service"; done
  for name in acme acme.sh acme_letsencrypt; do state acme.sh "$name.timer" "$name.service"; done
  state certmonger certmonger.service certmonger.service
fi
# Debian's own line for certbot does nothing where systemd runs: its timer does it there.
lines=$(cat /etc/crontab /etc/cron.d/* /var/spool/cron/root /var/spool/cron/crontabs/root 2>/dev/null | grep -v '^ *#')
lines=$(ls /etc/cron.daily /etc/cron.weekly 2>/dev/null; printf '%s\\n' "$lines")
if [ -d /run/systemd/system ]; then lines=$(printf '%s\\n' "$lines" | grep -v /run/systemd/system); fi
case $lines in *certbot*) plain cron certbot;; esac
case $lines in *acme.sh*) plain cron acme.sh;; esac
IFS='
'
set -f
for asked in $certificates; do
  printf %s "$asked" | hex asked
  readlink -f "$asked" 2>/dev/null | tr -d '\\n' | hex real
done
:
`;
