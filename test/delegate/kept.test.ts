import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MendEnd } from '../../src/mend.ts';
import type { FixRequest } from '../../src/model/transport.ts';
import { applyPlan, savePlan } from '../../src/uses/plan-file.ts';
import { resumeRun } from '../../src/uses/resume-run.ts';
import { undoRun } from '../../src/uses/undo-run.ts';
import { usual } from '../run-mend.ts';
import { type Around, app, balancer, did, type Fleet, reach, roll, rolling } from './fleet.ts';

let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'mendgate-delegate-'));
});
afterEach(() => rmSync(state, { recursive: true, force: true }));

const common = (fleet: Fleet, around: Around = {}) => {
  const transport = reach(fleet, around);
  return { ...usual, stateDirectory: state, transportFor: () => transport };
};
const outcomeOf = (end: MendEnd | { readonly kind: 'nothing_left' }) =>
  end.kind === 'ran' ? end.result.outcomes[0] : undefined;

it('is made on a host that the same run walks itself, under the lock of the one run', async () => {
  const fleet = { app1: app(), app2: app(), lb1: balancer() };
  const { outcomes } = await roll(fleet, { request: { stateDirectory: state, limit: 'all' } });
  expect(outcomes.map(({ host, verdict, reason }) => [host, verdict, reason])).toEqual([
    ['app1', 'fixed', undefined],
    ['app2', 'fixed', undefined],
    ['lb1', 'fixed', undefined],
  ]);
  expect(fleet.lb1.drained).toEqual(new Set(['app1', 'app2', 'lb1']));
});

/** Another run takes the lock of `lb1`. */
async function hold(fleet: Fleet): Promise<void> {
  const owner = { run: 'another', host: 'lb1', nonce: '0'.repeat(16), operator: 'ann@x', since: '', comment: '' };
  const host = { name: 'lb1', connect: { address: 'lb1', port: 22 }, vars: {}, groups: [], origins: {} };
  const held = await reach(fleet, {}).open(host, { signal: new AbortController().signal });
  const label = { kind: 'lock', name: 'take', params: owner } as const;
  await held.run({ label, command: { argv: ['true'] }, become: false, timeoutMs: 1000 });
}

it('is not begun while another run holds that host, for however many hosts at once', async () => {
  const fleet = { app1: app(), app2: app(), app3: app(), lb1: balancer() };
  await hold(fleet);
  const { outcomes } = await roll(fleet, { request: { stateDirectory: state, runbook: 'test/delegate/both.yaml' } });
  expect(outcomes.map(({ verdict }) => verdict)).toEqual(['not_fixed', 'not_fixed', 'not_fixed']);
  for (const { steps } of outcomes)
    expect(steps[0]?.result.reason).toMatch(/^not started: lb1: locked by run another of/);
  expect([...did(fleet.lb1), ...did(fleet.app1)]).toEqual([]);
});

describe('an undo of what was done on another host', () => {
  const undo = (fleet: Fleet, around: Around = {}, more: object = {}) =>
    undoRun({ ...common(fleet, around), inventory: undefined, mode: 'apply', run: 'last', ...more });

  it('takes it back there', async () => {
    const fleet = { app1: app(), lb1: balancer() };
    await roll(fleet, { request: { stateDirectory: state } });
    expect(fleet.lb1.drained).toEqual(new Set(['app1']));
    const end = await undo(fleet);
    expect(outcomeOf(end)?.verdict).toBe('rolled_back');
    expect(did(fleet.lb1)).toEqual(['! pool drain app1', '! pool ready app1']);
    expect(did(fleet.app1)).toEqual(['! app restart', '! app stop']);
  });

  it('goes host by host, the last change there first', async () => {
    const fleet = { app1: app(), app2: app(), app3: app(), lb1: balancer() };
    const asked: string[] = [];
    await roll(fleet, { request: { stateDirectory: state, forks: 1 } });
    const hears = {
      run: () => undefined,
      fix: (host: string, { parts }: FixRequest) => {
        if (parts.length > 0) asked.push(host);
      },
    };
    const end = await undo(fleet, { hears }, { forks: 20 });
    expect(end.kind === 'ran' && end.result.outcomes.map(({ verdict }) => verdict)).toEqual(
      Array(3).fill('rolled_back'),
    );
    expect(did(fleet.lb1).slice(3)).toEqual(['! pool ready app3', '! pool ready app2', '! pool ready app1']);
    expect(asked).toEqual(['app3', 'lb1', 'app2', 'lb1', 'app1', 'lb1']);
  });

  it('is refused before anything is taken back while another run holds that host', async () => {
    const fleet = { app1: app(), lb1: balancer() };
    await roll(fleet, { request: { stateDirectory: state } });
    const before = did(fleet.app1);
    await hold(fleet);
    const end = await undo(fleet);
    expect([outcomeOf(end)?.verdict, end.kind === 'ran' && end.result.exitCode]).toEqual(['refused', 5]);
    expect(outcomeOf(end)?.reason).toMatch(
      /^lb1: locked by run another of .*; nothing was begun, undo it again to go on$/,
    );
    expect([did(fleet.app1), did(fleet.lb1)]).toEqual([before, ['! pool drain app1']]);
  });

  it('is refused where another machine has its name now', async () => {
    const fleet = { app1: app(), lb1: balancer() };
    await roll(fleet, { request: { stateDirectory: state } });
    const end = await undo(fleet, { machines: { lb1: 'another machine' } });
    expect(JSON.stringify(outcomeOf(end))).toContain('its machine-id is another machine');
    expect(did(fleet.lb1)).toEqual(['! pool drain app1']);
  });

  it('says so when the inventory does not have it any more', async () => {
    const fleet = { app1: app(), lb1: balancer() };
    await roll(fleet, { request: { stateDirectory: state } });
    const end = await undo(fleet, {}, { inventory: ['app1,'] });
    expect(end).toMatchObject({ kind: 'refused', exitCode: 66 });
    expect(JSON.stringify(end)).toContain('the inventory has lost lb1');
  });
});

describe('a resume of what was done on another host', () => {
  /** As if the process had died right after it wrote the intent of the drain. */
  const dieAfterIntent = (): void => {
    const [run = ''] = readdirSync(join(state, 'runs'));
    const [name = ''] = readdirSync(join(state, 'runs', run)).filter((file) => file.endsWith('.jsonl'));
    const file = join(state, 'runs', run, name);
    const lines = readFileSync(file, 'utf8').split('\n');
    const last = lines.findIndex((line) => line.includes('"fix.intent"'));
    writeFileSync(file, `${lines.slice(0, last + 1).join('\n')}\n`);
  };
  const resume = (fleet: Fleet, around: Around = {}) =>
    resumeRun({
      ...common(fleet, around),
      run: 'last',
      also: undefined,
      onBefore: () => undefined,
      approveHosts: async () => true,
    });

  it('asks that host what became of it, and does not begin it again', async () => {
    const fleet = { app1: app(), lb1: balancer() };
    await roll(fleet, { request: { stateDirectory: state } });
    dieAfterIntent();
    const end = await resume(fleet);
    expect(outcomeOf(end)?.verdict).toBe('fixed');
    expect(did(fleet.lb1)).toEqual(['! pool drain app1']);
  });

  it('leaves it unknown where another machine has its name now', async () => {
    const fleet = { app1: app(), lb1: balancer() };
    await roll(fleet, { request: { stateDirectory: state } });
    dieAfterIntent();
    const end = await resume(fleet, { machines: { lb1: 'another machine' } });
    const outcome = outcomeOf(end);
    expect(outcome?.verdict).not.toBe('fixed');
    expect(JSON.stringify(outcome)).toContain('its machine-id is another machine');
    expect(did(fleet.lb1)).toEqual(['! pool drain app1']);
  });
});

describe('a saved plan whose steps are carried out on another host', () => {
  const save = async (fleet: Fleet) => {
    const { saved } = await savePlan({ ...common(fleet), ...rolling(fleet) }, join(state, 'plan.json'), 3_600_000);
    if (saved === undefined) throw new Error('no plan');
    return saved;
  };

  it('is carried out there', async () => {
    const fleet = { app1: app(), lb1: balancer() };
    const plan = await save(fleet);
    expect(plan.delegates).toEqual([{ host: 'lb1', address: 'lb1', port: 22, machineId: 'machine of lb1' }]);
    const end = await applyPlan({ ...common(fleet), extra: new Map(), forks: 1, plan });
    expect(outcomeOf(end)?.verdict).toBe('fixed');
    expect(did(fleet.lb1)).toEqual(['! pool drain app1']);
  });

  it('is refused where another machine has its name now, and nothing is touched', async () => {
    const fleet = { app1: app(), lb1: balancer() };
    const plan = await save(fleet);
    const around = { machines: { lb1: 'another machine' } };
    const end = await applyPlan({ ...common(fleet, around), extra: new Map(), forks: 1, plan });
    expect(outcomeOf(end)).toMatchObject({ verdict: 'refused' });
    expect(outcomeOf(end)?.reason).toContain('its machine-id is another machine, it was machine of lb1');
    expect([...did(fleet.lb1), ...did(fleet.app1)]).toEqual([]);
  });

  it('is refused where the state there is another one by now', async () => {
    const fleet = { app1: app(), lb1: balancer() };
    const plan = await save(fleet);
    fleet.lb1.drained.add('app1');
    const end = await applyPlan({ ...common(fleet), extra: new Map(), forks: 1, plan });
    expect(outcomeOf(end)?.verdict).toBe('refused');
    expect(did(fleet.lb1)).toEqual([]);
  });
});
