import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { localTransport } from '../../src/transports/local.ts';
import { loopbackHost, request, someLabel } from './hosts.ts';

it('closing under a running probe and a running fix leaves nobody waiting', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'mendgate-local-'));
  const started = (name: string): string => join(dir, name);
  const connection = await localTransport().open(loopbackHost(), { signal: new AbortController().signal });
  const probe = connection.run(request(`: > ${started('probe')}; sleep 2`));
  const fix = connection.fix({
    parts: [{ label: someLabel, commands: [{ script: 'echo one' }, { script: `: > ${started('fix')}; sleep 2` }] }],
    become: false,
    timeoutMs: 20_000,
  });
  await expect.poll(() => existsSync(started('probe')) && existsSync(started('fix')), { timeout: 10_000 }).toBe(true);
  const [, probed, fixed] = await Promise.allSettled([connection.close(), probe, fix]);
  expect(probed).toMatchObject({ status: 'rejected', reason: { phase: 'cancelled' } });
  expect(fixed).toMatchObject({
    status: 'fulfilled',
    value: { kind: 'unknown', failure: { phase: 'cancelled' }, answers: [{ rc: 0, stdout: 'one\n' }] },
  });
  rmSync(dir, { recursive: true });
});
