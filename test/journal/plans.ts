import type { RunRequest } from '../../src/model/history.ts';
import type { HostPlan } from '../../src/model/plan.ts';
import { type SavedHost, type SavedPlan, savedPlanVersion } from '../../src/model/saved-plan.ts';

/** Saved plans for tests of their files. */

export const request: RunRequest = {
  kind: 'run',
  mendgate: '1.0.0',
  runbook: '/books/a.yaml',
  runbookSha256: '0'.repeat(64),
  inventory: ['/inventory.yaml'],
  inventorySha256: '1'.repeat(64),
  extra: [],
  reach: {},
  becomeByDefault: false,
  tags: [],
  skipTags: [],
  allowIrreversible: false,
  operator: 'ann@control',
};

export const hostPlan: HostPlan = {
  host: 'web1',
  verdict: 'would_fix',
  diagnosis: 'boolean off',
  symptom: 'present',
  symptomReasons: [],
  steps: [],
  notes: [],
  snapshots: [],
  declaredProbes: 0,
  traces: [],
  outputs: {},
};

export const host: SavedHost = {
  host: 'web1',
  address: '10.0.0.1',
  port: 22,
  hostKey: 'SHA256:abc',
  machineId: 'a'.repeat(32),
  params: { url: 'http://127.0.0.1/' },
  plan: hostPlan,
};

export const saved: SavedPlan = {
  version: savedPlanVersion,
  id: 'c'.repeat(32),
  created: '2026-11-21T06:00:00.000Z',
  expires: '2026-11-22T06:00:00.000Z',
  mendgate: '1.0.0',
  run: '2026-11-21T064512-abc123',
  runbook: { id: 'a', title: 'A' },
  request,
  hosts: [host],
  unseen: [{ host: 'web2', reason: 'no route' }],
};
