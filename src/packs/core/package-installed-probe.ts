import { defineProbe } from '../../model/probe.ts';
import { Unknown } from '../../model/unknown.ts';
import { packageManagers, packageNameParam } from './package-manager.ts';
import { inspectPackage } from './package-state.ts';

export default defineProbe({
  name: 'package.installed',
  summary: "Whether a package is installed, by the host's own package data base.",
  params: {
    type: 'object',
    properties: { name: { ...packageNameParam, description: 'Name of the package' } },
    required: ['name'],
  },
  result: {
    type: 'object',
    properties: {
      name: { type: 'string', description: 'The package asked for' },
      installed: { type: 'boolean', description: 'It is installed' },
      version: { type: 'string', description: 'Its version' },
      manager: { type: 'string', enum: packageManagers, description: 'Which data base was asked' },
    },
    required: ['name', 'installed', 'manager'],
  },
  reads: ({ name }) => [`package:${name}`],
  async read(host, { name }) {
    const state = await inspectPackage(host, name);
    if (state instanceof Unknown) return state;
    const { installed, version, manager } = state;
    return { name, installed, ...(version === undefined ? {} : { version }), manager };
  },
});
