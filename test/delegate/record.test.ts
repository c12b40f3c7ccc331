import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import type { SimulatedHost } from '../../src/model/simulated-host.ts';
import { recordHost } from '../../src/uses/record-host.ts';
import { testRunbooks } from '../../src/uses/test-runbooks.ts';
import { usual } from '../run-mend.ts';
import { type Machine, reach } from './fleet.ts';

const runbook = 'test/delegate/asks-both.yaml';
const named = (name: string): Machine => {
  const host: SimulatedHost = { answer: () => ({ rc: 0, stdout: `${name}\n` }), apply: () => ({ rc: 1 }) };
  return { host, log: [] };
};

it('a recording tells what each host answered to the same question, and a test case comes to the same with it', async () => {
  const transport = reach({ app1: named('app1'), lb1: named('lb1') }, {});
  const { transcript = '' } = await recordHost({
    ...usual,
    runbook,
    inventory: ['app1,lb1,'],
    limit: 'app1',
    extra: new Map([['lb', 'lb1']]),
    transportFor: () => transport,
  });
  const { readings } = parse(transcript) as { readings: { on?: string; result: { text: string } }[] };
  expect(readings.map(({ on, result }) => [on, result.text])).toEqual([
    [undefined, 'app1'],
    ['lb1', 'lb1'],
  ]);

  const folder = mkdtempSync(join(tmpdir(), 'mendgate-record-'));
  try {
    writeFileSync(join(folder, 'app1.yaml'), transcript);
    const one = { name: 'as recorded', params: { lb: 'lb1' }, host: { recording: 'app1.yaml' } };
    const cases = { runbook: resolve(runbook), cases: [{ ...one, dry: { verdict: 'healthy' } }] };
    writeFileSync(join(folder, 'a.test.yaml'), JSON.stringify(cases));
    const tested = await testRunbooks({ paths: [folder], update: false, mutate: false, leastCoverage: 0 });
    expect(tested.diagnostics).toEqual([]);
    expect(tested.results[0]?.runs.map(({ problems, mismatches }) => [problems, mismatches])).toEqual([[[], []]]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
