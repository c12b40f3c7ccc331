import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setMode } from '../../src/demo/file-node.ts';
import { createDemoFleet, type DemoHost } from '../../src/demo/fleet.ts';
import { simulatedTransport } from '../../src/transports/simulated/simulated-transport.ts';
import { flagship, onlyOutcome, runMend } from '../run-mend.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mendgate-unix-socket-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the flagship on one simulated host; what was asked stands in `questions`. */
async function run({ name, host }: DemoHost, answer: boolean, mode: 'dry_run' | 'apply' = 'apply') {
  const inventory = join(folder, `${name}.yaml`);
  writeFileSync(inventory, `inventory: simulated\nhosts:\n  ${name}: {}\n`);
  const transport = simulatedTransport(new Map([[name, host]]));
  const questions: string[] = [];
  const result = await runMend({
    runbook: flagship,
    inventory: [inventory],
    mode,
    approve: async ({ text }) => {
      questions.push(text);
      return answer;
    },
    transportFor: () => transport,
  });
  const outcome = mode === 'apply' ? onlyOutcome(result) : undefined;
  const steps = outcome?.steps ?? result.plans[0]?.steps ?? [];
  const changes = steps.flatMap(({ id, items }) =>
    id === 'unix_socket' ? items.flatMap((item) => item.changes.map(({ summary }) => summary)) : [],
  );
  return { verdict: outcome?.verdict ?? result.plans[0]?.verdict, questions, changes };
}

function demoHost(name: string): DemoHost {
  const found = createDemoFleet(() => Date.now()).find((each) => each.name === `${name}.demo`);
  if (found === undefined) throw new Error(`no host ${name}`);
  return found;
}

/** A socket with the wrong label, whose listener nginx may connect to. */
function mislabelled(): DemoHost {
  const host = demoHost('web04');
  Object.assign(host.state, { backend: { ...host.state.backend, domain: 'httpd_t' } });
  return host;
}

describe('the step for Unix sockets', () => {
  it('asks before it installs a policy module, with its rule and whom it lets at what', async () => {
    const host = demoHost('web04');
    expect((await run(host, false, 'dry_run')).questions).toEqual([]);
    const { verdict, questions } = await run(host, false);
    expect(questions).toEqual([
      expect.stringMatching(
        /^Install policy module mendgate_httpd_t_connectto_unconfined_service_t\?\n\(allow httpd_t unconfined_service_t \(unix_stream_socket \(connectto\)\)\)\n.*every service without a domain of its own/,
      ),
    ]);
    expect(verdict).toBe('refused');
    expect([host.state.modules.size, host.state.labelRules.size]).toEqual([0, 0]);
    expect(host.state.files.get('/run/app/app.sock')?.type).toBe('var_run_t');
  });

  it('gives a label unasked', async () => {
    const host = mislabelled();
    const { verdict, questions, changes } = await run(host, false);
    expect({ verdict, questions }).toEqual({ verdict: 'fixed', questions: [] });
    expect(changes).toEqual([expect.stringMatching(/^label rule \/var\/run\/app\(\/\.\*\)\? \(add\): /)]);
    expect((await run(host, false)).verdict).toBe('healthy');
  });

  it('only puts a label back where the policy has its rule', async () => {
    const host = demoHost('web05');
    for (const path of ['/run/php-fpm', '/run/php-fpm/www.sock']) {
      const node = host.state.files.get(path);
      if (node) node.type = 'var_run_t';
    }
    const socket = host.state.files.get('/run/php-fpm/www.sock');
    if (socket) setMode(socket, '0666');
    const { verdict, questions, changes } = await run(host, false);
    expect({ verdict, questions }).toEqual({ verdict: 'fixed', questions: [] });
    expect(changes).toEqual(['label rule /var/run/php-fpm (restore): var_run_t → httpd_var_run_t']);
    expect(host.state.labelRules.size).toBe(0);
    expect(socket?.type).toBe('httpd_var_run_t');
  });
});
