import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDemoFleet } from '../../src/demo/fleet.ts';
import type { SimulatedAnswer } from '../../src/model/simulated-host.ts';
import { simulatedTransport } from '../../src/transports/simulated/simulated-transport.ts';
import { runMend } from '../run-mend.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mendgate-refused-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A dry run on one host of the demo, whose web server answers differently. */
async function look(name: string, web: SimulatedAnswer | undefined, extra: Readonly<Record<string, string>> = {}) {
  const found = createDemoFleet(() => Date.now()).find((each) => each.name === `${name}.demo`);
  if (!found) throw new Error(`no ${name}`);
  const { host } = found;
  const inventory = join(folder, `${name}.yaml`);
  writeFileSync(inventory, `inventory: simulated\nhosts:\n  ${found.name}: {}\n`);
  const altered: typeof host = {
    ...host,
    answer: (label, become) => (label.name === 'http.request' && web ? web : host.answer(label, become)),
  };
  const transport = simulatedTransport(new Map([[found.name, altered]]));
  const { plans, exitCode } = await runMend({
    runbook: 'runbooks/nginx-502-connection-refused.yaml',
    inventory: [inventory],
    extra: new Map(Object.entries(extra)),
    mode: 'dry_run',
    transportFor: () => transport,
  });
  return { plan: plans[0], exitCode };
}

const said = (text: string) => Buffer.from(text).toString('hex');
const silent = { rc: 0, stdout: `rc:7\nanswer=${said('\nmendgate 000 0.001 0')}\n`, stderr: 'curl: (7) refused\n' };
const fine = { rc: 0, stdout: `rc:0\nanswer=${said('HTTP/1.1 200 OK\r\n\r\nfine\nmendgate 200 0.004 4')}\n` };

describe('nginx-502-connection-refused', () => {
  it('calls no host healthy that answers nothing', async () => {
    const { plan, exitCode } = await look('web07', silent);
    expect([plan?.verdict, plan?.symptom, exitCode]).toEqual(['not_applicable', 'present', 2]);
    expect(plan?.reason).toContain('nginx does not answer at http://127.0.0.1/ (refused)');
  });
  it('calls no host healthy without any request', async () => {
    const { plan, exitCode } = await look('web07', undefined, { urls: '[]' });
    expect([plan?.verdict, exitCode]).toEqual(['not_fixed', 2]);
  });
  it('calls no host healthy whose log tells of a backend that is down, though no request meets it', async () => {
    const logged = createDemoFleet(() => Date.now()).find(({ name }) => name === 'web06.demo')?.state.errorLog;
    expect(logged?.length).toBeGreaterThan(0);
    const { plan } = await look('web06', fine, { units: '{"127.0.0.1:9000": "app.service"}' });
    expect([plan?.symptom, plan?.verdict]).not.toContain('healthy');
    expect(plan?.symptom).toBe('present');
  });
  it('is healthy where all is well', async () => {
    expect((await look('web07', undefined)).plan?.verdict).toBe('healthy');
  });
});
