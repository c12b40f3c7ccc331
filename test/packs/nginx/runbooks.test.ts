import { expect, test } from 'vitest';
import { loadRunbook } from '../../../src/load/load-runbook.ts';
import { buildRegistry } from '../../../src/model/pack.ts';
import { builtInPacks } from '../../../src/packs/index.ts';

test.each(['nginx-502-connection-refused', 'provision-nginx-proxy'])(
  'the runbook %s is right, and lint has nothing to say',
  async (id) => {
    const { value, diagnostics } = await loadRunbook(`runbooks/${id}.yaml`, buildRegistry(builtInPacks));
    expect(diagnostics.map(({ message, at }) => `${at.line}: ${message}`)).toEqual([]);
    expect(value?.id).toBe(id);
  },
);
