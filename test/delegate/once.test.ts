import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { markerName } from '../../src/shell/marker-name.ts';
import { app, balancer, did, roll } from './fleet.ts';

const runbook = 'test/delegate/once.yaml';
let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'mendgate-delegate-once-'));
});
afterEach(() => rmSync(state, { recursive: true, force: true }));

describe('a step that runs once, on another host', () => {
  it('is made there by the first host, and shared by the others', async () => {
    const fleet = { app1: app(), app2: app(), lb1: balancer() };
    const { outcomes } = await roll(fleet, { request: { runbook } });
    expect(did(fleet.lb1)).toEqual(['! pool drain all']);
    const drains = outcomes.map(({ steps }) => steps[0]);
    expect(drains.map((step) => [step?.result.outcome, step?.result.on])).toEqual([
      ['changed', undefined],
      ['changed', 'app1'],
    ]);
    expect(drains.map((step) => step?.items.flatMap(({ changes }) => changes.map(({ on }) => on)))).toEqual([
      ['lb1'],
      [],
    ]);
  });

  it('makes nothing of those who share it unknown in a dry run: what it touches is the other host alone', async () => {
    const fleet = { app1: app(), app2: app(), lb1: balancer() };
    const { plans } = await roll(fleet, { request: { runbook, mode: 'dry_run' } });
    expect(did(fleet.lb1)).toEqual([]);
    for (const { steps, snapshots } of plans) {
      expect(steps[0]?.result.outcome).toBe('would_change');
      expect(snapshots.find(({ id }) => id === 'look.health')?.value).toMatchObject({ text: 'stale' });
    }
  });
});

it('leaves no marker on the other host: each goes with the lock there, once the journal has how it ended', async () => {
  const sent: { readonly host: string; readonly key: string }[] = [];
  const gone: { readonly host: string; readonly script: string }[] = [];
  const fleet = { app1: app(), app2: app(), lb1: balancer() };
  await roll(fleet, {
    request: { stateDirectory: state },
    hears: {
      fix: (host, { key }) => void (key !== undefined && sent.push({ host, key })),
      run: (host, { label, command }) => {
        if (label.name === 'release') gone.push({ host, script: JSON.stringify(command) });
      },
    },
  });
  expect(sent.filter(({ host }) => host === 'lb1')).toHaveLength(2);
  for (const { host, key } of sent) {
    const where = gone.filter(({ script }) => script.includes(markerName(key))).map((each) => each.host);
    expect(where).toEqual([host]);
  }
});
