import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { withoutLikelySecrets } from '../../src/cases/likely-secrets.ts';
import { createDemoFleet } from '../../src/demo/fleet.ts';
import { simulatedTransport } from '../../src/transports/simulated/simulated-transport.ts';
import { recordHost } from '../../src/uses/record-host.ts';
import { testRunbooks } from '../../src/uses/test-runbooks.ts';
import { flagship, usual } from '../run-mend.ts';

async function recordDemo(name: string, extra: ReadonlyMap<string, string> = new Map()) {
  const fleet = createDemoFleet(() => Date.UTC(2026, 0, 1));
  const [first] = fleet.filter((host) => host.name.startsWith(name));
  if (first === undefined) throw new Error(`no demo host ${name}`);
  const transport = simulatedTransport(new Map([[first.name, first.host]]));
  return recordHost({
    ...usual,
    runbook: flagship,
    inventory: [`${first.name},`],
    extra,
    transportFor: () => transport,
  });
}

describe('a recorded host', () => {
  const [first] = createDemoFleet(() => 0);
  const name = first?.name ?? '';

  test('comes to the same in a test case as it did itself', async () => {
    const { transcript = '', readings, end } = await recordDemo(name);
    expect(end.kind).toBe('ran');
    expect(readings).toBeGreaterThan(10);
    const plan = end.kind === 'ran' ? end.result.plans[0] : undefined;
    const changes = plan?.steps.flatMap((step) => step.items.flatMap((item) => item.changes));
    const folder = await mkdtemp(join(tmpdir(), 'mendgate-record-'));
    try {
      await writeFile(join(folder, 'web01.yaml'), transcript);
      const expected = { verdict: plan?.verdict, changes: changes?.map(({ summary }) => summary), notes: plan?.notes };
      const cases = { runbook: resolve(flagship), cases: [{ name, host: { recording: 'web01.yaml' }, dry: expected }] };
      await writeFile(join(folder, 'a.test.yaml'), JSON.stringify(cases));
      const result = await testRunbooks({ paths: [folder], update: false, mutate: false, leastCoverage: 0 });
      expect(result.diagnostics).toEqual([]);
      expect(result.results[0]?.runs.map(({ problems, mismatches }) => ({ problems, mismatches }))).toEqual([
        { problems: [], mismatches: [] },
      ]);
      expect(changes?.length).toBeGreaterThan(0);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('is readable: each question once, with its command and its typed answer', async () => {
    const { transcript = '' } = await recordDemo(name);
    const { readings, ...about } = parse(transcript) as { readings: Record<string, unknown>[] };
    expect(about).toMatchObject({ recording: 1, runbook: 'nginx-502-permission-denied', host: name });
    expect(readings.find(({ probe }) => probe === 'selinux.status')).toMatchObject({
      become: 'root',
      commands: [expect.stringContaining('selinux')],
      result: { mode: 'enforcing' },
    });
    const keys = readings.map(({ probe, inspect, params, become }) => JSON.stringify([probe, inspect, params, become]));
    expect(new Set(keys).size).toBe(keys.length);
  });
});

test.each([
  ['password=hunter2', 'password=***'],
  ['"api_key": "abc def"', '"api_key": ***'],
  ['Authorization: Bearer abc.def', 'Authorization: ***'],
  ['proxy_pass http://user:hunter2@backend/', 'proxy_pass http://user:***@backend/'],
  ['-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----\nx', '-----BEGIN RSA PRIVATE KEY-----***\nx'],
  ['passed 3 of 4 tests', 'passed 3 of 4 tests'],
])('what looks like a secret is not written down: %s', (text, clean) => {
  expect(withoutLikelySecrets({ log: [text] })).toEqual({ log: [clean] });
});
