import { chmodSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashTree } from '../e2e/hash-tree.ts';
import { type RealHost, realHostMissing, startRealHost } from './real-host.ts';

/** Its host has a small file system of its own, full of real logs. */
describe.skipIf(realHostMissing !== undefined)('disk-full-by-logs on a real host', () => {
  let host: RealHost;
  let logs: string;
  beforeAll(async () => {
    host = await startRealHost(
      'disk-full-by-logs',
      'mkdir "$folder/logs" && mount -t tmpfs -o size=16m tmpfs "$folder/logs"',
    );
    logs = join(host.folder, 'logs');
    const line = '2026-11-21T10:00:00Z GET /index.html 200\n';
    const sizes = { 'app.log': 2, 'app.log.1': 8, 'app.log-20261101': 5 };
    for (const [name, mebibytes] of Object.entries(sizes)) {
      const file = host.at(join(logs, name));
      writeFileSync(file, line.repeat(Math.floor((mebibytes * 1_048_576) / line.length)));
      chmodSync(file, 0o640);
      utimesSync(file, 1_795_000_000, 1_795_000_000);
    }
  }, 60_000);
  afterAll(() => host?.stop());

  const run = (...args: readonly string[]) => host.run('-e', `path=${logs}`, '-e', `log_dirs=${logs}`, ...args);
  const names = () => readdirSync(host.at(logs)).sort();
  const files = () => names().map((name) => hashTree(host.at(join(logs, name))));

  it('looks without a change, packs, finds nothing the second time, and takes all back exactly', async () => {
    const before = files();
    expect(await run('--dry-run')).toMatchObject({ code: 0, verdict: 'would_fix' });
    expect(files()).toEqual(before);

    const first = await run('--yes');
    expect(first).toMatchObject({ code: 0, verdict: 'fixed' });
    expect(names()).toEqual(['app.log', 'app.log-20261101.gz', 'app.log.1.gz']);

    const mended = files();
    expect(await run('--yes')).toMatchObject({ code: 0, verdict: 'healthy' });
    expect(files()).toEqual(mended);

    expect(await host.call('undo', first.run, '--yes')).toMatchObject({ verdict: 'rolled_back' });
    expect(files()).toEqual(before);
  }, 120_000);
});
