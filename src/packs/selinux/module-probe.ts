import { defineProbe } from '../../model/probe.ts';
import { Unknown } from '../../model/unknown.ts';
import { moduleScript, readModuleState } from './module-state.ts';
import { moduleName } from './schemas.ts';

export default defineProbe({
  name: 'selinux.module',
  summary: 'Whether a policy module is installed, and at which priority.',
  params: { type: 'object', properties: { name: moduleName }, required: ['name'] },
  result: {
    type: 'object',
    properties: {
      installed: { type: 'boolean', description: 'At any priority' },
      priority: { type: 'integer', description: 'The highest priority that has it, which counts; 0 when none' },
      checksum: {
        type: 'string',
        description: 'Hex SHA-256 of the CIL text at priority 400; left out when that cannot be read',
      },
    },
    required: ['installed', 'priority'],
  },
  reads: ({ name }) => [`selinux.module:${name}`],
  async read(host, { name }) {
    const answer = await host.run({ script: moduleScript, variables: { name }, timeoutMs: 60_000 });
    const state = readModuleState(answer.stdout);
    if (state instanceof Unknown) return state;
    return {
      installed: state.priority > 0,
      priority: state.priority,
      ...(state.sha256 === undefined ? {} : { checksum: state.sha256 }),
    };
  },
});
