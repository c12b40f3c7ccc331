import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { withDemoFleet } from '../../src/mend.ts';
import type { MendRequest } from '../../src/mend-request.ts';
import { systemClock } from '../../src/transports/clock.ts';
import { applyPlan, savePlan } from '../../src/uses/plan-file.ts';
import { usual } from '../run-mend.ts';

const folder = mkdtempSync(join(tmpdir(), 'mendgate-demo-plan-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the flagship’s plan', () => {
  it('still holds while nginx goes on failing: times, counts and log lines are no part of it', async () => {
    await withDemoFleet(async (fleet) => {
      const { runbook, inventory, user, privateKeyFile, knownHostsFile } = fleet;
      const reach = { user, privateKeyFiles: [privateKeyFile], knownHostsFiles: [knownHostsFile] };
      const request: MendRequest & { readonly stateDirectory: string } = {
        ...usual,
        runbook,
        inventory: [inventory],
        mode: 'dry_run',
        forks: 8,
        reach,
        stateDirectory: join(folder, 'state'),
      };
      const { saved } = await savePlan(request, join(folder, 'p.json'), 3_600_000);
      if (saved === undefined) throw new Error('no plan was saved');
      const due = saved.hosts.filter(({ plan }) => plan.verdict === 'would_fix').map(({ host }) => host);
      expect(due).toHaveLength(5);
      const text = readFileSync(join(folder, 'p.json'), 'utf8');
      expect(text).not.toMatch(/"(epoch_ms|serial|count)\\?":/);

      const later = { ...systemClock, now: () => systemClock.now() + 60_000 };
      const end = await applyPlan({ ...request, plan: saved, clock: later });
      if (end.kind !== 'ran') throw new Error(JSON.stringify(end));
      expect(end.result.outcomes.map(({ host, verdict, reason }) => [host, verdict, reason])).toEqual(
        due.map((host) => [host, 'fixed', undefined]),
      );
    });
  });
});
