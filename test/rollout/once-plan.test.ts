import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HostFailure } from '../../src/model/host-failure.ts';
import type { HostOutcome } from '../../src/model/plan.ts';
import { applyPlan, savePlan } from '../../src/uses/plan-file.ts';
import { usual } from '../run-mend.ts';
import { doings, type OnceFleet, onceFleet } from './once-fleet.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mendgate-once-plan-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const requestOf = ({ names, transport }: OnceFleet) =>
  ({
    ...usual,
    runbook: 'test/rollout/once.yaml',
    inventory: [`${names.join(',')},`],
    mode: 'dry_run',
    transportFor: () => transport,
    stateDirectory: join(folder, 'state'),
    allowIrreversible: true,
  }) as const;

async function saved(fleet: OnceFleet) {
  const { saved: plan } = await savePlan(requestOf(fleet), join(folder, 'plan.json'), 3_600_000);
  if (plan === undefined) throw new Error('no plan was saved');
  fleet.did.length = 0;
  return plan;
}

async function applied(fleet: OnceFleet, plan: Awaited<ReturnType<typeof saved>>): Promise<readonly HostOutcome[]> {
  const end = await applyPlan({ ...requestOf(fleet), forks: 20, plan });
  if (end.kind !== 'ran') throw new Error(JSON.stringify(end));
  return end.result.outcomes;
}

describe('a saved plan with a run_once step', () => {
  it('names the host, and is carried out there', async () => {
    const fleet = onceFleet(3);
    const plan = await saved(fleet);
    expect(plan.hosts.map(({ plan: { steps } }) => steps[0]?.result.on)).toEqual([undefined, 'web1', 'web1']);
    const outcomes = await applied(fleet, plan);
    expect(outcomes.map(({ verdict, reason }) => [verdict, reason])).toEqual(Array(3).fill(['fixed', undefined]));
    expect(doings(fleet.did, 'app migrate')).toEqual(['web1']);
    expect(doings(fleet.did, 'app load').toSorted()).toEqual(fleet.names);
  });

  it('is refused where that host is gone: nobody else does it', async () => {
    let gone = false;
    const fleet = onceFleet(3, {
      before: (host, what) => {
        if (gone && host === 'web1' && what === 'connect') throw new HostFailure('tcp', 'nobody listens there');
      },
    });
    const plan = await saved(fleet);
    gone = true;
    const outcomes = await applied(fleet, plan);
    expect(outcomes.map(({ verdict }) => verdict)).toEqual(['unreachable', 'refused', 'refused']);
    expect(outcomes[1]?.reason).toMatch(
      /^not as it was when the plan was made: step migrate: web1, which runs this step for all \(run_once\), has not run it/,
    );
    expect(fleet.did).toEqual([]);
  });

  it('is refused on all where that host is not as it was', async () => {
    const plan = await saved(onceFleet(3));
    const migrated = onceFleet(3, { schema: 2 });
    const outcomes = await applied(migrated, plan);
    expect(outcomes.map(({ verdict }) => verdict)).toEqual(['refused', 'refused', 'refused']);
    expect(migrated.did).toEqual(['web1 app schema']);
  });
});
