import { parseDuration } from '../../model/duration.ts';
import { defineProbe, unreadable } from '../../model/probe.ts';
import { integer, parseFields, text } from '../core/fields.ts';
import { whyNot } from '../core/why-not.ts';
import { readKills } from './kernel-log.ts';
import { killsScript } from './kills-script.ts';

export default defineProbe({
  name: 'memory.kills',
  summary:
    'Who was killed for want of memory in a window, by the kernel or systemd-oomd: of the whole machine, or by a unit’s own limit.',
  params: {
    type: 'object',
    properties: {
      since: {
        type: 'string',
        format: 'duration',
        pattern: '^(?:boot|change|(?:[0-9]{1,9}(?:ms|s|m|h|d)){1,6})$',
        default: '1d',
        description: 'How far back: a duration, `boot`, or `change` (this run’s last change on the host)',
      },
    },
  },
  result: {
    type: 'object',
    properties: {
      kills: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            epoch: { type: 'integer', description: 'When, epoch seconds by the host’s clock' },
            process: { type: 'string', description: 'Its name; empty when systemd-oomd killed a whole cgroup' },
            pid: { type: 'integer', description: 'Its process id; 0 for a whole cgroup' },
            scope: {
              type: 'string',
              enum: ['machine', 'cgroup', 'oomd'],
              description:
                'machine: nothing was left anywhere; cgroup: a limit was met; oomd: systemd-oomd, by pressure or swap',
            },
            unit: { type: 'string', description: 'systemd’s unit of it; empty outside of units' },
            limited: { type: 'string', description: 'The cgroup whose limit was met; empty for the machine' },
            limit: { type: 'integer', description: 'That limit in bytes; 0 when the log does not say' },
            held: {
              type: 'integer',
              description: 'Bytes of memory of its own that it held; 0 when the log does not say',
            },
          },
          required: ['epoch', 'process', 'pid', 'scope', 'unit', 'limited', 'limit', 'held'],
        },
        description: 'Oldest first',
      },
      missed: {
        type: 'integer',
        description: 'More that the kernel counted in this boot, at times that its log no longer holds',
      },
      from: {
        type: 'integer',
        description: 'The first second that was really looked at: the log may begin later than asked',
      },
    },
    required: ['kills', 'missed', 'from'],
  },
  reads: () => ['memory', 'service'],
  fingerprint: ({ kills, missed }) => ({ kills: kills.length, missed }),
  async read(host, { since }) {
    const mode =
      since === 'boot'
        ? 'boot'
        : since === 'change'
          ? `since ${Math.ceil(host.since / 1000)}`
          : `ago ${Math.ceil((parseDuration(since) ?? 0) / 1000)}`;
    const answer = await host.run({ script: killsScript, variables: { MODE: mode } });
    const what = 'cannot tell who was killed';
    if (answer.rc !== 0 || answer.truncated) return unreadable(whyNot(answer, what));
    const fields = parseFields(answer.stdout);
    const [from, boot, reaches] = [integer(fields, 'from'), integer(fields, 'boot'), integer(fields, 'reaches')];
    if (fields.has('denied')) return unreadable(`${what}: neither the journal nor dmesg may be read: needs root`);
    if (from === undefined || boot === undefined || reaches === undefined)
      return unreadable(`${what}: the kernel’s log is empty`);
    const kills = readKills((text(fields, 'log') ?? '').split('\n')).filter(({ epoch }) => epoch >= from);
    return {
      kills: [...kills],
      missed: missed(kills, { from, boot, reaches, counted: integer(fields, 'counted') }),
      from: Math.max(from, reaches),
    };
  },
});

interface Coverage {
  readonly from: number;
  readonly boot: number;
  readonly reaches: number;
  /** Absent before Linux 4.13. */
  readonly counted: number | undefined;
}

/**
 * A log that begins after the window (or the boot) did may have lost kills, and the kernel's own count tells. The first lines of
 * a boot come a little after its time.
 */
export function missed(
  kills: readonly { readonly epoch: number; readonly scope: string }[],
  coverage: Coverage,
): number {
  const { from, boot, reaches, counted } = coverage;
  if (counted === undefined || reaches <= Math.max(from, boot + 60)) return 0;
  const logged = kills.filter(({ epoch, scope }) => scope !== 'oomd' && epoch >= boot).length;
  return Math.max(0, counted - logged);
}
