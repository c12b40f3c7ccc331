import { defineProbe, unreadable } from '../../model/probe.ts';
import { integer, parseFields, text, words } from '../core/fields.ts';
import { whyNot } from '../core/why-not.ts';
import { stateScript } from './state-script.ts';
import { swapState } from './swaps.ts';

export default defineProbe({
  name: 'memory.state',
  summary: 'How much memory and swap is left, how much programs wait for it (PSI), and who holds most.',
  params: { type: 'object', properties: {} },
  result: {
    type: 'object',
    properties: {
      total: { type: 'integer', description: 'Memory in bytes' },
      available: { type: 'integer', description: 'Bytes that could still be given out without swapping' },
      available_percent: { type: 'integer', description: 'The same as a share of all memory' },
      swap_total: { type: 'integer', description: 'Bytes of all swap that is on; 0: none' },
      swap_used_percent: { type: 'integer', description: 'How much of it is used; 0 without swap' },
      pressure: {
        type: 'number',
        description:
          'Share of the last minute in which nobody could work for want of memory, in percent; absent where the kernel does not measure it',
      },
      committed_percent: {
        type: 'integer',
        description: 'What was promised to programs, as a share of what may be (counts with overcommit 2)',
      },
      swappiness: { type: 'integer', description: 'vm.swappiness' },
      overcommit: {
        type: 'integer',
        description: 'vm.overcommit_memory: 0 by guess, 1 always, 2 never beyond the limit',
      },
      idle_swaps: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            device: { type: 'string', description: 'As fstab names it' },
            priority: { type: 'integer', description: 'Its priority; -1: none is given' },
          },
          required: ['device', 'priority'],
        },
        description: 'Swap that /etc/fstab wants on, and that is off',
      },
      absent_swaps: {
        type: 'array',
        items: { type: 'string' },
        description: 'Swap that /etc/fstab names, and that is not there',
      },
      swap_unwanted: { type: 'string', description: 'Why swap is off on purpose; empty: nothing says so' },
      biggest: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            pid: { type: 'integer', description: 'Process id' },
            name: { type: 'string', description: 'Its name' },
            unit: { type: 'string', description: 'systemd’s unit; empty without one' },
            memory: { type: 'integer', description: 'Bytes in memory, shared ones included' },
            swap: { type: 'integer', description: 'Bytes in swap' },
            oom_score: { type: 'integer', description: 'How soon the kernel would choose it: the greatest goes first' },
          },
          required: ['pid', 'name', 'unit', 'memory', 'swap', 'oom_score'],
        },
        description: 'The five biggest processes, biggest first',
      },
    },
    required: [
      'total',
      'available',
      'available_percent',
      'swap_total',
      'swap_used_percent',
      'committed_percent',
      'swappiness',
      'overcommit',
      'idle_swaps',
      'absent_swaps',
      'swap_unwanted',
      'biggest',
    ],
  },
  reads: () => ['memory', 'file:/etc/fstab'],
  fingerprint: ({ idle_swaps, swap_unwanted }) => ({ idle_swaps, swap_unwanted }),
  async read(host) {
    const answer = await host.run({ script: stateScript });
    if (answer.rc !== 0 || answer.truncated) return unreadable(whyNot(answer, 'cannot look at the memory'));
    const fields = parseFields(answer.stdout);
    const info = text(fields, 'meminfo') ?? '';
    const bytes = (name: string) =>
      Number(new RegExp(`^${name}:\\s+(\\d{1,15}) kB`, 'm').exec(info)?.[1] ?? Number.NaN) * 1024;
    const [total, available] = [bytes('MemTotal'), bytes('MemAvailable')];
    if (!(total > 0) || Number.isNaN(available))
      return unreadable('cannot look at the memory: /proc/meminfo does not tell what is available');
    const { active, idle, absent } = swapState(fields);
    const swapTotal = active.reduce((sum, { size }) => sum + size, 0);
    const swapUsed = active.reduce((sum, { used }) => sum + used, 0);
    const pressure = readPressure(text(fields, 'pressure') ?? '');
    const masked = words(fields, 'masked');
    return {
      total,
      available,
      available_percent: percent(available, total),
      swap_total: swapTotal,
      swap_used_percent: percent(swapUsed, swapTotal),
      ...(pressure === undefined ? {} : { pressure }),
      committed_percent: percent(bytes('Committed_AS') || 0, bytes('CommitLimit') || 0),
      swappiness: integer(fields, 'swappiness') ?? 60,
      overcommit: integer(fields, 'overcommit') ?? 0,
      idle_swaps: [...idle],
      absent_swaps: [...absent],
      swap_unwanted: fields.has('kubelet')
        ? 'Kubernetes (kubelet) runs here'
        : masked.length > 0
          ? `${masked.join(', ')} is masked`
          : '',
      biggest: words(fields, 'process').flatMap(readProcess),
    };
  },
});

function percent(part: number, whole: number): number {
  return whole > 0 ? Math.floor((part * 100) / whole) : 0;
}

/** `full avg10=1.28 avg60=5.08 …`: the share of time in which all programs waited. */
export function readPressure(said: string): number | undefined {
  const value = /^full .*?avg60=(\d{1,3}\.\d+)/m.exec(said)?.[1];
  return value === undefined ? undefined : Number(value);
}

function readProcess(line: string) {
  const [, pid, score, rss, swap, unit, name] = /^(\d+) (\d+) (\d+) (\d+) (\S+) (.{1,40})$/.exec(line) ?? [];
  if (name === undefined) return [];
  const memory = { memory: Number(rss) * 1024, swap: Number(swap) * 1024 };
  return [{ pid: Number(pid), name, unit: unit === '-' ? '' : (unit ?? ''), ...memory, oom_score: Number(score) }];
}
