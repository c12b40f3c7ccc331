import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadRunbook } from '../../src/load/load-runbook.ts';
import { registry } from './registry.ts';

const folder = mkdtempSync(join(tmpdir(), 'used-outputs-'));
afterAll(() => rmSync(folder, { recursive: true }));

const probes = '    probes: { r: { http.request: { url: x } } }\n';
writeFileSync(
  join(folder, 'inner.yaml'),
  `runbook: inner\ntitle: I\nsteps:\n  - id: s\n${probes}outputs:\n  status: r.status\n  fine: r.status < 500\n`,
);
writeFileSync(
  join(folder, 'middle.yaml'),
  'runbook: middle\ntitle: M\nsteps:\n  - { id: i, use: inner.yaml }\noutputs:\n  code: steps.i.outputs.status\n',
);

async function told(that: string, use = 'inner.yaml'): Promise<readonly string[]> {
  const file = join(folder, 'outer.yaml');
  const steps = `  - { id: u, use: ${use} }\n  - id: v\n    verify: { that: "${that}" }\n`;
  writeFileSync(file, `runbook: outer\ntitle: O\nsteps:\n${steps}`);
  return (await loadRunbook(file, registry)).diagnostics.map(({ code }) => code);
}

describe('what a used runbook gives back', () => {
  it.each(['steps.u.outputs.status == 502', 'steps.u.outputs.fine'])(
    'has the type of its expression: %s',
    async (that) => expect(await told(that)).toEqual([]),
  );

  it.each([
    ["steps.u.outputs.status == 'up'", 'cel/type'],
    ['steps.u.outputs.fin', 'cel/no-such-field'],
    ['steps.u.outputs.status', 'cel/not-boolean'],
  ])('is checked like any value: %s', async (that, code) => expect(await told(that)).toEqual([code]));

  it('keeps its type through a runbook in between', async () => {
    expect(await told('steps.u.outputs.code == 502', 'middle.yaml')).toEqual([]);
    expect(await told("steps.u.outputs.code == 'up'", 'middle.yaml')).toEqual(['cel/type']);
  });
});
