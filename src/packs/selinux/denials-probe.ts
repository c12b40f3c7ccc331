import { parseDuration } from '../../model/duration.ts';
import { defineProbe, unreadable } from '../../model/probe.ts';
import type { Unknown } from '../../model/unknown.ts';
import { lineOf, linesOf } from './answer-lines.ts';
import { parseAvc } from './avc.ts';
import { type Denial, denialSchema, mergeDenials } from './denials.ts';

/**
 * Prints, line by line: `selinux yes|no`, `now EPOCH`, `from EPOCH` (start of the window), `auditd yes|no`, then for
 * each source that was asked `source NAME RC TEXT` (TEXT = what it complained) and its records as `avc RECORD`.
 * ausearch takes a pipe on stdin for its input, so it is told `--input-logs`; its dates are those of the locale.
 */
const script = `
if [ ! -d /sys/fs/selinux ] || [ ! -e /sys/fs/selinux/enforce ]; then echo 'selinux no'; exit 0; fi
echo 'selinux yes'
now=$(date +%s)
case $kind in
  ago) from=$((now - amount)) ;;
  at) from=$amount ;;
  *) from=$(sed -n 's/^btime //p' /proc/stat) ;;
esac
echo "now $now"; echo "from $from"
auditd=no
for p in /proc/[0-9]*; do
  { read -r name < "$p/comm"; } 2>/dev/null || continue
  [ "$name" = auditd ] && auditd=yes && break
done
echo "auditd $auditd"
keep() {
  if [ -n "$comm" ]; then grep -aF "comm=\\"$comm\\"" | grep -aF 'avc: '; else grep -aF 'avc: '; fi | tail -n 2000 | sed 's/^/avc /'
}
report() { printf 'source %s %s %s\\n' "$1" "$2" "$(printf '%s' "$3" | tr '\\n\\r' '  ' | cut -c1-300)"; }
exec 4>&1
if command -v ausearch >/dev/null 2>&1; then
  day=$(date -d "@$from" +%x) && time=$(date -d "@$from" +%T) && set -- -ts "$day" "$time" || set --
  complaint=$( { { ausearch --input-logs -m AVC,USER_AVC,SELINUX_ERR --raw "$@" </dev/null; echo "rc=$?" >&2; } | keep >&4; } 2>&1 )
  rc=\${complaint##*rc=}
  report ausearch "$rc" "\${complaint%rc=*}"
else
  log=$(sed -n 's/^[ ]*log_file[ ]*=[ ]*//p' /etc/audit/auditd.conf 2>/dev/null)
  log=\${log:-/var/log/audit/audit.log}
  if [ -r "$log" ]; then cat "$log".[0-9]* "$log" 2>/dev/null | keep; report log 0 ''
  elif [ "$(id -u)" -eq 0 ] && [ ! -e "$log" ]; then report log 2 'no such file'
  else report log 13 "$log cannot be read"; fi
fi
if [ "$auditd" = no ]; then
  complaint=$( { { dmesg; echo "rc=$?" >&2; } | keep >&4; } 2>&1 )
  rc=\${complaint##*rc=}
  report dmesg "$rc" "\${complaint%rc=*}"
  if command -v journalctl >/dev/null 2>&1 && [ "$(id -u)" -eq 0 ]; then
    complaint=$( { { journalctl -q --no-pager -o short-unix --since "@$from" _AUDIT_TYPE_NAME=AVC; echo "rc=$?" >&2; } | keep >&4; } 2>&1 )
    rc=\${complaint##*rc=}
    report journal "$rc" "\${complaint%rc=*}"
  fi
fi
exit 0
`;

export default defineProbe({
  name: 'selinux.denials',
  summary: 'The AVC denials that SELinux logged in a window, each kind once, newest first.',
  params: {
    type: 'object',
    properties: {
      command: {
        type: 'string',
        pattern: '^[^\\u0000-\\u001f\\u007f"]{1,15}$',
        description: 'Only of processes with this name (comm), e.g. nginx',
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
  result: { type: 'array', items: denialSchema, description: 'Denials, newest first' },
  reads: () => ['audit', 'journal'],
  // Counts and times grow with every request; what is denied does not.
  fingerprint: (denials) =>
    denials
      .map((d) => [
        d.source_type,
        d.target_type,
        d.class,
        d.permissions.join(' '),
        d.port ?? 0,
        d.path ?? '',
        d.permissive,
      ])
      .map((part) => JSON.stringify(part))
      .sort(),
  async read(host, { command, since }) {
    const answer = await host.run({
      script,
      variables: { comm: command ?? '', ...windowOf(since, host.since) },
      timeoutMs: 60_000,
    });
    return readDenials(answer.stdout, since, host.since, answer.truncated);
  },
});

function windowOf(since: string, change: number): { readonly kind: string; readonly amount: string } {
  if (since === 'boot') return { kind: 'boot', amount: '0' };
  if (since === 'change') return { kind: 'at', amount: String(Math.floor(change / 1000)) };
  return { kind: 'ago', amount: String(Math.ceil((parseDuration(since) ?? 0) / 1000)) };
}

/** What the script's output says. An empty list only when some source was really read. */
export function readDenials(
  stdout: string,
  since: string,
  change: number,
  truncated: boolean,
): readonly Denial[] | Unknown {
  if (lineOf(stdout, 'selinux') === 'no') return [];
  const from = since === 'change' ? change : Number(lineOf(stdout, 'from')) * 1000;
  if (lineOf(stdout, 'selinux') !== 'yes' || !Number.isFinite(from)) return unreadable('the host did not say its time');
  const sources = linesOf(stdout, 'source').map(parseSource);
  // Without a running auditd its log is old: only the kernel's own buffer or the journal knows the present.
  const logs = lineOf(stdout, 'auditd') === 'no' ? sources.filter((source) => !isAuditLog(source.name)) : sources;
  if (!logs.some((source) => source.read)) {
    const complaints = sources.map((source) => `${source.name}: ${source.complaint}`).join('; ');
    return unreadable(`the audit log cannot be read (needs root, or auditd): ${complaints}`);
  }
  if (truncated) return unreadable('more denials than can be read: choose a shorter window');
  const records = linesOf(stdout, 'avc').flatMap((line) => parseAvc(line) ?? []);
  const seen = new Set<string>();
  const once = records.filter((avc) => {
    const event = `${avc.epoch_ms} ${avc.serial || avc.pid} ${avc.class} ${avc.permissions.join(' ')}`;
    return avc.epoch_ms >= from && !seen.has(event) && seen.add(event);
  });
  return mergeDenials(once);
}

function isAuditLog(source: string): boolean {
  return source === 'ausearch' || source === 'log';
}

/** ausearch says 1 both for "nothing found" and for "cannot read": only its words tell. */
function parseSource(line: string): { readonly name: string; readonly read: boolean; readonly complaint: string } {
  const [, name = '', rc = '', complaint = ''] = /^(\w+) (\d{1,3}) ?(.*)$/.exec(line) ?? [];
  const nothing = name === 'ausearch' && rc === '1' && !/error|denied|cannot|no such/i.test(complaint);
  return { name, read: rc === '0' || nothing, complaint: complaint.trim() || `exit code ${rc}` };
}
