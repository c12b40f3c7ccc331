import { defineProbe, unreadable } from '../../model/probe.ts';
import { fieldFunctions } from '../core/fields.ts';
import { whyNot } from '../core/why-not.ts';
import { parseRotation } from './rotation.ts';

/**
 * `logrotate -d` does nothing but tell (logrotate(8)), on standard error. Debian's job of cron steps back where systemd runs,
 * so that file alone proves nothing there.
 */
const script = `${fieldFunctions}
config=/etc/logrotate.conf
command -v logrotate >/dev/null 2>&1 && [ -f "$config" ] && plain installed 1 && {
  [ "$(id -u)" = 0 ] || { echo 'only root reads all its rules (become: true)' >&2; exit 1; }
  told=$(logrotate -d "$config" 2>&1); plain rc $?
  printf '%s\\n' "$told" | grep -E '^(error: |considering log |  log needs rotating)' | head -n 5000 | hex told
}
plain timer "$(systemctl is-active logrotate.timer 2>/dev/null)"
plain timer_file "$(systemctl is-enabled logrotate.timer 2>/dev/null)"
for job in $(grep -ls '^[^#]*logrotate' /etc/crontab /etc/cron.d/* /etc/cron.hourly/* /etc/cron.daily/* /etc/anacrontab); do
  grep -q '/run/systemd/system' "$job" && [ -d /run/systemd/system ] || plain job "$job"
done
for name in /proc/[0-9]*/comm; do
  { read -r daemon < "$name"; } 2>/dev/null
  case $daemon in cron | crond | cronie | anacron | dcron | fcron | busybox-cron) plain cron 1; break ;; esac
done
for state in /var/lib/logrotate/status /var/lib/logrotate/logrotate.status /var/lib/logrotate.status; do
  [ -f "$state" ] && plain last "$(stat -c %Y -- "$state")" && break
done
plain done 1
`;

export default defineProbe({
  name: 'logrotate.status',
  summary: 'Which logs logrotate has rules for, which are due, what is wrong with its rules, and what runs it.',
  params: { type: 'object', properties: {} },
  result: {
    type: 'object',
    properties: {
      installed: { type: 'boolean', description: 'logrotate and /etc/logrotate.conf are there' },
      errors: {
        type: 'array',
        items: { type: 'string' },
        description: 'What it says is wrong with its rules; it leaves out those logs',
      },
      covered: { type: 'array', items: { type: 'string' }, description: 'Logs that a rule stands for' },
      due: { type: 'array', items: { type: 'string' }, description: 'Logs that its next run would rotate' },
      schedule: {
        type: 'string',
        enum: ['timer', 'cron', 'none'],
        description: 'What runs it: an active timer, or a job of a cron that runs',
      },
      timer_file: {
        type: 'string',
        description: 'State of logrotate.timer’s unit file: enabled, disabled, masked; empty without one',
      },
      last_epoch: { type: 'integer', description: 'When it ran last, in seconds since 1970; absent when never' },
    },
    required: ['installed', 'errors', 'covered', 'due', 'schedule', 'timer_file'],
  },
  reads: () => [
    'disk',
    'service:logrotate.timer',
    'file:/etc/logrotate.conf',
    'file:/etc/logrotate.d/*',
    'file:/var/log/*',
  ],
  fingerprint: ({ installed, errors, schedule, timer_file }) => ({ installed, errors, schedule, timer_file }),
  async read(host) {
    const answer = await host.run({ script });
    if (answer.rc !== 0 || answer.truncated) return unreadable(whyNot(answer, 'cannot ask logrotate'));
    return parseRotation(answer.stdout) ?? unreadable('cannot ask logrotate: it gives no answer');
  },
});
