import { parseDuration } from '../../model/duration.ts';
import { defineProbe, unreadable } from '../../model/probe.ts';
import { denialSchema, readDenials } from './denials.ts';

/**
 * ausearch never finds AppArmor's records (measured with 3.0.9), so the logs are read themselves.
 *
 * - `K off` AppArmor is not enabled; `K auditd` auditd runs; `Z EPOCH` start of the window
 * - `S NAME STATE` for each log, `E line` for each record
 */
export const denialsScript = String.raw`
[ "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)" = Y ] || { echo 'K off'; exit 0; }
set -- $MODE
case $1 in
  ago) from=$(($(date +%s) - $2));;
  since) from=$2;;
  *) while read -r k from; do [ "$k" = btime ] && break; done < /proc/stat;;
esac
echo "Z $from"
for d in /proc/[0-9]*; do
  { IFS= read -r name < "$d/comm"; } 2>/dev/null || continue
  [ "$name" = auditd ] && echo 'K auditd' && break
done
keep() {
  grep -aF 'apparmor="' | if [ -n "$COMM" ]; then grep -aF "comm=\"$COMM\""; else cat; fi |
    tail -n 2000 | cut -c1-1500 | sed 's/^/E /'
}
log=$(sed -n 's/^ *log_file *= *//p' /etc/audit/auditd.conf 2>/dev/null)
log=\${log:-/var/log/audit/audit.log}
if [ -r "$log" ]; then
  echo 'S audit.log read'
  for file in "$log".[0-9] "$log".[0-9][0-9] "$log"; do
    [ -r "$file" ] && [ "$(stat -L -c %Y -- "$file")" -ge "$from" ] && cat "$file"
  done | keep
elif [ -e "$log" ] || [ ! -x "\${log%/*}" ]; then echo 'S audit.log denied'
else echo 'S audit.log missing'; fi
if command -v journalctl >/dev/null 2>&1; then
  if [ "$(id -u)" = 0 ]; then
    journalctl -q --no-pager -o cat --since "@$from" _TRANSPORT=audit + _TRANSPORT=kernel </dev/null 2>/dev/null | keep
    echo 'S journal read'
  else echo 'S journal denied'; fi
else echo 'S journal missing'; fi
if dmesg >/dev/null 2>&1; then
  dmesg | keep
  echo 'S dmesg read'
else echo 'S dmesg denied'; fi
`.replaceAll('\\$', '$');

/**
 * An explicit `deny` rule logs nothing, and unix path rules are not enforced by every kernel: no denial does not prove
 * that AppArmor is not the cause.
 */
export default defineProbe({
  name: 'apparmor.denials',
  summary: 'What AppArmor refused (or would have refused) in a window, each kind once, newest first.',
  params: {
    type: 'object',
    properties: {
      command: {
        type: 'string',
        pattern: '^[^\\u0000-\\u001f\\u007f"]{0,15}$',
        default: '',
        description: 'Only of processes with this name (comm), e.g. nginx; empty: all',
      },
      since: {
        type: 'string',
        format: 'duration',
        pattern: '^(?:boot|change|(?:[0-9]{1,9}(?:ms|s|m|h|d)){1,6})$',
        default: '1h',
        description: 'How far back: a duration, `boot`, or `change` (this run’s last change on the host)',
      },
    },
  },
  result: { type: 'array', items: denialSchema, description: 'Newest first, at most 500' },
  reads: () => ['audit', 'journal', 'apparmor'],
  fingerprint: (denials) =>
    [
      ...new Set(
        denials.map(
          ({ profile, operation, path, rule, enforced }) => `${profile} ${operation} ${path ?? rule} ${enforced}`,
        ),
      ),
    ].sort(),
  async read(host, { command, since }) {
    const answer = await host.run({
      script: denialsScript,
      variables: { COMM: command, MODE: modeOf(since, host.since) },
    });
    if (answer.truncated) return unreadable('more denials than can be read: choose a shorter since');
    return readDenials(answer.stdout, since === 'change' ? host.since : undefined);
  },
});

function modeOf(since: string, changeMs: number): string {
  if (since === 'boot') return 'boot';
  if (since === 'change') return `since ${Math.floor(changeMs / 1000)}`;
  return `ago ${Math.ceil((parseDuration(since) ?? 0) / 1000)}`;
}
