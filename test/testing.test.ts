import { describe, expect, it } from 'vitest';
import { buildRegistry } from '../src/model/pack.ts';
import { builtInPacks } from '../src/packs/index.ts';
import { runAction, runProbe } from '../src/testing.ts';

const registry = buildRegistry(builtInPacks);

describe('testing a pack without a host', () => {
  it('reads a probe from given answers', async () => {
    const probe = registry.probes.get('core.command');
    if (probe === undefined) throw new Error('core.command is gone');
    const result = await runProbe(probe, { command: ['uptime'] }, () => ({ stdout: 'up 3 days\n' }));
    expect(result).toMatchObject({ rc: 0, text: 'up 3 days' });
  });

  it('gives an action’s commands without running them', async () => {
    const action = registry.actions.get('core.command');
    if (action === undefined) throw new Error('core.command is gone');
    const run = await runAction(action, { command: ['touch', '/x'] }, () => ({}));
    expect(run).toMatchObject({ kind: 'change', commands: [{ argv: ['touch', '/x'] }] });
  });
});
