import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

let folder: string;
const names = Array.from({ length: 9 }, (_, at) => `web${at + 1}`);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mendgate-next-'));
  const hosts = names.map((name) => `  ${name}: { connect: { address: 127.0.0.1, port: 1 } }\n`);
  writeFileSync(join(folder, 'inventory.yaml'), `inventory: nobody\nhosts:\n${hosts.join('')}`);
  const program = `#!/bin/sh\nexec '${process.execPath}' '${resolve('dist/cli/main.js')}' "$@"\n`;
  writeFileSync(join(folder, 'mendgate'), program);
  chmodSync(join(folder, 'mendgate'), 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** In a folder of its own, where nothing is kept but what it is told of. */
const env = () => ({
  ...process.env,
  PATH: `${folder}:${process.env['PATH']}`,
  XDG_STATE_HOME: join(folder, 'elsewhere'),
});

it('what the end of a run says to type finds the run, in a --state-dir too', () => {
  const runbook = resolve('runbooks/systemd-unit-failed.yaml');
  const args = [runbook, '-i', 'inventory.yaml', '-e', 'unit=x', '--yes', '--state-dir', 'my runs'];
  const { stdout, status } = spawnSync('mendgate', ['run', ...args], { cwd: folder, env: env(), encoding: 'utf8' });
  expect(status).toBe(4);
  const commands = stdout.split('\n').flatMap((line) => /^ {2}(mendgate .*?) {2,}/.exec(line)?.[1] ?? []);
  expect(commands).toHaveLength(2);
  const [show = '', again = ''] = commands;
  execFileSync('sh', ['-c', show], { cwd: folder, env: env() });
  expect(readFileSync(join(folder, 'bad.txt'), 'utf8').trim().split('\n')).toEqual(names);
  expect(again).toMatch(/ -l @bad\.txt --dry-run --state-dir 'my runs'$/);
});
