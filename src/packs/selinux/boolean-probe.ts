import { defineProbe, unreadable } from '../../model/probe.ts';
import { booleanScript, readBooleans, selinuxRuns } from './boolean-values.ts';
import { booleanName } from './schemas.ts';

export default defineProbe({
  name: 'selinux.boolean',
  summary: 'One SELinux boolean: its value now, and after a reboot.',
  params: { type: 'object', properties: { name: booleanName }, required: ['name'] },
  result: {
    type: 'object',
    properties: {
      exists: { type: 'boolean', description: 'This host’s policy has it' },
      value: { type: 'boolean', description: 'Now; false when it does not exist' },
      persistent: {
        type: 'boolean',
        description:
          'After a reboot; left out when it cannot be read (needs root; semanage where no local record exists)',
      },
    },
    required: ['exists', 'value'],
  },
  reads: ({ name }) => [`selinux.boolean:${name}`],
  async read(host, { name }) {
    const answer = await host.run({ script: booleanScript('true'), variables: { names: name }, timeoutMs: 60_000 });
    if (!selinuxRuns(answer.stdout)) return unreadable('SELinux is disabled: there are no booleans');
    const found = readBooleans(answer.stdout).get(name);
    if (!found) return { exists: false, value: false };
    return {
      exists: true,
      value: found.value,
      ...(found.persistent === undefined ? {} : { persistent: found.persistent }),
    };
  },
});
