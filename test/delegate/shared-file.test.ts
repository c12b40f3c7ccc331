import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostOutcome } from '../../src/model/plan.ts';
import type { Transport } from '../../src/model/transport.ts';
import { localTransport } from '../../src/transports/local.ts';
import { applyPlan, savePlan } from '../../src/uses/plan-file.ts';
import { undoRun } from '../../src/uses/undo-run.ts';
import { runMend, usual } from '../run-mend.ts';
import { type Around, app, reach } from './fleet.ts';

let folder: string;
let pool: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mendgate-shared-file-'));
  pool = join(folder, 'pool');
  writeFileSync(pool, 'app1 ready\napp2 ready\napp3 ready\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** All hosts are this machine; their locks are their own, and so is whether they answer. */
function transportOf(around: Around = {}): Transport {
  const locks = reach(Object.fromEntries(['app1', 'app2', 'app3', 'lb1'].map((name) => [name, app()])), around);
  const local = localTransport();
  return {
    ...local,
    async open(host, options) {
      const [connection, keeper] = [await local.open(host, options), await locks.open(host, options)];
      return {
        ...connection,
        machineId: () => keeper.machineId?.(),
        run: (asked) => (asked.label.kind === 'lock' ? keeper : connection).run(asked),
      };
    },
  };
}

const request = (transport = transportOf()) => ({
  runbook: 'test/delegate/shared-file.yaml',
  inventory: ['app1,app2,app3,lb1,'],
  limit: 'app*',
  extra: new Map([
    ['lb', 'lb1'],
    ['folder', folder],
  ]),
  becomeByDefault: false as const,
  transportFor: () => transport,
});
const ends = (outcomes: readonly HostOutcome[]) =>
  outcomes.map(({ host, verdict, reason }) => [host, verdict, ...(reason === undefined ? [] : [reason])]);
const drained = 'app1 drain\napp2 drain\napp3 drain\n';
const allFixed = ['app1', 'app2', 'app3'].map((host) => [host, 'fixed']);
const drift = 'the host is not what it was when the plan was made; look again';

describe('hosts that change the same file of one other host', () => {
  it.each([
    ['each at once', {}],
    ['one at a time', { forks: 1 }],
    ['in batches', { rollout: { batches: [{ hosts: 1 }] } }],
    ['after a yes to all', { mode: 'ask' }],
  ] as const)('do not stand in the way of each other: %s', async (_how, more) => {
    const { outcomes } = await runMend({ ...request(), mode: 'apply', forks: 20, ...more });
    expect(ends(outcomes)).toEqual(allFixed);
    expect(readFileSync(pool, 'utf8')).toBe(drained);
  });

  it('are refused where somebody else changed it since the plan', async () => {
    const approvePlan = async (): Promise<boolean> => {
      writeFileSync(pool, 'app1 ready\napp2 ready\napp3 ready\nmore\n');
      return true;
    };
    const { outcomes } = await runMend({ ...request(), limit: 'app1', mode: 'ask', approvePlan });
    expect(ends(outcomes)).toEqual([['app1', 'refused', drift]]);
    expect(readFileSync(pool, 'utf8')).toContain('app1 ready');
  });
});

describe('an undo of such a file', () => {
  const undone = async (around: Around) => {
    const stateDirectory = join(folder, 'state');
    await runMend({ ...request(), limit: 'app1', mode: 'apply', stateDirectory });
    const transport = transportOf(around);
    const asked = { ...usual, stateDirectory, transportFor: () => transport, mode: 'apply' as const, run: 'last' };
    const end = await undoRun(asked);
    return end.kind === 'ran' ? end.result.outcomes : [];
  };

  it('takes back its own line', async () => {
    expect((await undone({})).map(({ verdict }) => verdict)).toEqual(['rolled_back']);
    expect(readFileSync(pool, 'utf8')).toBe('app1 ready\napp2 ready\napp3 ready\n');
  });

  it.each<readonly [string, Around, string]>([
    ['does not answer', { gone: new Set(['lb1']) }, 'nobody listens there'],
    ['is another machine by now', { machines: { lb1: 'another machine' } }, 'its machine-id is another machine'],
  ])('is refused where its host %s: that is said, and nobody is accused', async (_how, around, why) => {
    const [outcome] = await undone(around);
    expect(outcome?.verdict).toBe('refused');
    expect(outcome?.reason).toContain('step drain cannot be taken back: lb1, to which it is delegated: ');
    expect(outcome?.reason).toContain(why);
    expect(JSON.stringify(outcome)).not.toContain('changed by somebody');
    expect(readFileSync(pool, 'utf8')).toContain('app1 drain');
  });
});

describe('a saved plan of such hosts', () => {
  const planned = async () => {
    const dry = { ...usual, ...request(), mode: 'dry_run' as const, stateDirectory: join(folder, 'state') };
    const { saved } = await savePlan({ ...dry, allowIrreversible: true }, join(folder, 'plan.json'), 3_600_000);
    if (saved === undefined) throw new Error('no plan was saved');
    return async (more: object) => {
      const end = await applyPlan({ ...dry, allowIrreversible: true, plan: saved, ...more });
      if (end.kind !== 'ran') throw new Error(JSON.stringify(end));
      return ends(end.result.outcomes);
    };
  };

  it.each([1, 20])('is carried out on all of them (forks %i)', async (forks) => {
    const apply = await planned();
    expect(await apply({ forks })).toEqual(allFixed);
    expect(readFileSync(pool, 'utf8')).toBe(drained);
  });

  it('is refused where somebody else changed that file', async () => {
    const apply = await planned();
    writeFileSync(pool, 'app1 ready\napp2 ready\napp3 ready\nmore\n');
    expect((await apply({ forks: 20 })).map(([, verdict]) => verdict)).toEqual(['refused', 'refused', 'refused']);
  });
});
