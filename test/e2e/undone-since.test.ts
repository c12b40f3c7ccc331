import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { journalPath, runDirectory } from '../../src/journal/places.ts';
import { eventsIn } from './cli.ts';
import { type StateHosts, startStateHosts, stateHostsMissing } from './state-hosts.ts';

const why = stateHostsMissing === undefined ? '' : ` (${stateHostsMissing})`;

describe.skipIf(stateHostsMissing !== undefined)(`a resume after an undo of some of its hosts${why}`, () => {
  let hosts: StateHosts;
  beforeAll(async () => {
    hosts = await startStateHosts(2, 'mgsince');
  }, 120_000);
  beforeEach(() => hosts.renew());
  afterAll(() => hosts?.stop());

  const call = (...args: readonly string[]) => hosts.run(...args, ...hosts.reach, '--yes');

  it('counts what stands, and not what was taken back since', async () => {
    const asked = ['run', 'test/e2e/state-file.yaml', '-i', hosts.at('inventory.yaml'), '--allow-irreversible'];
    const first = await call(...asked, '--forks', '1', '--json');
    expect(first.code, first.stderr).toBe(0);
    const run = eventsIn(first)[0]?.run ?? '';
    const path = journalPath(runDirectory(hosts.at('state', 'mendgate'), run));
    const lines = readFileSync(path, 'utf8').split('\n');
    const end = lines.findIndex((line) => line.includes('"type":"host.finished","host":"host2"'));
    writeFileSync(path, `${lines.slice(0, end).join('\n')}\n`);

    const undo = await call('undo', run, '-l', 'host1');
    expect(undo.code, undo.stderr).toBe(0);
    expect(hosts.states()).toEqual(['broken', 'well']);
    const resumed = await call('resume', run, '--allow-irreversible');
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stdout).toContain('2 hosts: 2 fixed; 1 change;');
  });
});
