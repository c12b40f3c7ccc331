import { defineProbe, unreadable } from '../../model/probe.ts';
import { booleanScript, readBooleans, selinuxRuns } from './boolean-values.ts';
import { booleanName } from './schemas.ts';

export default defineProbe({
  name: 'selinux.booleans',
  summary: 'SELinux booleans: their values now, and after a reboot.',
  params: {
    type: 'object',
    properties: {
      names: {
        type: 'array',
        items: booleanName,
        maxItems: 500,
        default: [],
        description: 'Which ones; those that this policy does not have are left out. Default: all',
      },
    },
  },
  result: {
    type: 'array',
    items: {
      type: 'object',
      properties: {
        name: booleanName,
        value: { type: 'boolean', description: 'Now' },
        persistent: {
          type: 'boolean',
          description:
            'After a reboot; left out when it cannot be read (needs root; semanage where no local record exists)',
        },
      },
      required: ['name', 'value'],
    },
    description: 'By name',
  },
  reads: ({ names }) =>
    names.length === 0 ? ['selinux.boolean:*'] : names.map((name) => `selinux.boolean:${String(name)}`),
  async read(host, { names }) {
    const answer = await host.run({
      script: booleanScript('true'),
      variables: { names: names.join(' ') },
      timeoutMs: 60_000,
    });
    if (!selinuxRuns(answer.stdout)) return unreadable('SELinux is disabled: there are no booleans');
    if (answer.truncated) return unreadable('the list of booleans is longer than can be read');
    return [...readBooleans(answer.stdout).values()]
      .map(({ local: _local, ...value }) => value)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  },
});
