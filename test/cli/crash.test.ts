import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'mendgate-crash-'));
  // A bug of our own, in a probe that has just asked its host.
  writeFileSync(
    join(dir, 'hooks.mjs'),
    `export async function load(url, context, next) {
       const loaded = await next(url, context);
       const text = String(loaded.source ?? '');
       const at = text.indexOf('async read(host', text.indexOf('name: "core.facts"'));
       if (!text.includes('name: "core.facts"') || at < 0) return loaded;
       const body = text.indexOf('{', at) + 1;
       const bug = "await host.run({ script: ':' }); throw new Error('the bug of this test');";
       return { ...loaded, source: text.slice(0, body) + bug + text.slice(body) };
     }`,
  );
  writeFileSync(
    join(dir, 'register.mjs'),
    `import { register } from 'node:module'; register('./hooks.mjs', import.meta.url);`,
  );
  writeFileSync(
    join(dir, 'look.yaml'),
    'runbook: look\ntitle: x\nsteps:\n  - { id: one, probes: { f: { core.facts: {} } }, verify: { that: f.ostree } }\n',
  );
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

it.each([
  ['run', ['look.yaml', '--dry-run', '--state-dir', 'state']],
  ['eval', ['--probe', 'f=core.facts', 'f.id']],
])('%s that meets a bug of ours says so and ends, though its host is still connected', (command, args) => {
  const words = [command, ...args, '-i', 'here,', '-c', 'local'];
  const end = spawnSync(
    process.execPath,
    ['--import', join(dir, 'register.mjs'), resolve('dist/cli/main.js'), ...words],
    { cwd: dir, encoding: 'utf8', timeout: 20_000 },
  );
  expect(end.stderr).toContain('this is a bug in mendgate, please report it');
  expect(end.stderr).toContain('the bug of this test');
  expect(end.status).toBe(70);
});
