import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type CliEnd, mendgate } from '../e2e/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'mendgate-harm-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ownState = { XDG_STATE_HOME: join(folder, 'state'), MENDGATE_LOCK_DIR: join(folder, 'locks') };

let count = 0;
/**
 * A runbook whose step has made its change when `app.x`, whose `read` goes on with this text, is to verify it. `top` stands in
 * the pack outside of any function.
 */
function runbook(read: string, { top = '', timeout = '' }: { top?: string; timeout?: string } = {}): string {
  count += 1;
  const at = join(folder, String(count));
  mkdirSync(at);
  const made = join(at, 'made');
  const beforeTheFix = `if ((await host.run({ argv: ['test', '-e', '${made}'] })).rc !== 0) return { n: 1 };`;
  writeFileSync(
    join(at, 'app.js'),
    `import { defineProbe } from 'mendgate';
${top}
const probe = defineProbe({
  name: 'app.x',
  summary: 'One.',
  params: { type: 'object', properties: {} },
  result: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] },
  read: async (host) => { ${beforeTheFix} ${read} },
});
export default { name: 'app', probes: [probe] };
`,
  );
  const file = join(at, 'a.yaml');
  writeFileSync(
    file,
    `runbook: r
title: R
packs: [./app.js]
steps:
  - id: first
    fix: [{ file.content: { path: ${made}, content: x } }]
    verify:
      probes: { a: { app.x: {}${timeout} } }
      that: a.n == 1
`,
  );
  return file;
}

function run(file: string, ...more: readonly string[]): Promise<CliEnd> {
  return mendgate(['run', file, '-i', 'here,', '-c', 'local', '--yes', '--output', 'lines', ...more], ownState);
}

describe("a pack that ends the program or doesn't go on", { timeout: 120_000 }, () => {
  it.each(['process.exit(0)', 'await null; process.exit()', 'setTimeout(() => {}, 1e6); process.exit(5)'])(
    'by `%s` in a probe is a probe that cannot be read, as when it throws',
    async (text) => {
      const end = await run(runbook(text));
      const thrown = await run(runbook("throw new Error('oops')"));
      expect(thrown.stdout).toContain('app.x is broken: Error: oops');
      expect(end.code).toBe(thrown.code);
      expect(end.stdout).toMatch(/app\.x is broken: Error: it calls process\.exit\(\d?\).*\(\d+\/app\.js:8:/);
    },
  );

  it('while it decides is an action that cannot be decided', async () => {
    const at = join(folder, 'decides');
    mkdirSync(at);
    writeFileSync(
      join(at, 'app.js'),
      `import { defineAction, nothing } from 'mendgate';
import { exit } from 'node:process';
const action = defineAction({
  name: 'app.do',
  summary: 'S.',
  params: { type: 'object', properties: {} },
  inspect: async () => ({}),
  diff: () => exit(0),
  describe: () => 'all',
  touches: () => [],
  apply: () => [{ argv: ['true'] }],
  rollback: nothing('it is a test'),
});
export default { name: 'app', actions: [action] };
`,
    );
    const steps = 'steps: [{ id: s, fix: [{ app.do: {} }], verify: { that: "true" } }]\n';
    writeFileSync(join(at, 'a.yaml'), `runbook: r\ntitle: R\npacks: [./app.js]\n${steps}`);
    const end = await run(join(at, 'a.yaml'));
    expect(end.stdout).toContain('app.do is broken: Error: it calls process.exit(0)');
    expect(end.code).toBe(2);
  });

  it('leaves what programs read from mendgate alone: what it prints goes to stderr', async () => {
    const top = "console.log('loaded')";
    const file = runbook("console.log('noise'); process.stdout.write('more'); return { n: 1 };", { top });
    const end = await mendgate(['run', file, '-i', 'here,', '-c', 'local', '--yes', '--json'], ownState);
    expect(end.stdout).not.toMatch(/^(?:loaded|noise|more)/m);
    expect(
      end.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).not.toHaveLength(0);
    expect(end.stderr).toMatch(/loaded\n.*noise\nmore/s);
  });

  it('while it is loaded is a pack that cannot be loaded', async () => {
    const end = await mendgate(['validate', runbook('return { n: 1 };', { top: 'process.exit(0);' })]);
    expect(end.code).toBe(65);
    expect(end.stderr).toMatch(/app\.js:2:9: error\[pack\/load\]: this pack cannot be loaded: it calls process\.exit/);
  });

  it('in some way that nobody could foresee ends as a bug does, with what is left open', async () => {
    const top = "import { AsyncLocalStorage } from 'node:async_hooks';";
    const end = await run(runbook('AsyncLocalStorage.prototype.getStore = () => {}; process.exit(0);', { top }));
    expect(end.code).toBe(70);
    expect(end.stderr).toContain('step first: its fix was made, and what follows it is not done');
    expect(end.stderr).toContain('ended in the middle');
  });

  it('by an answer that never comes is waited for as long as the call may take', async () => {
    const end = await run(runbook('await new Promise(() => {});', { timeout: ', timeout: 1s' }));
    expect(end.stdout).toContain('app.x gives no answer, and asked nothing of the host for 1s');
    expect(end.code).toBe(2);
  });

  it('may take its time with the host: only its own code is timed', async () => {
    const slow = "for (const n of [1, 2]) await host.run({ argv: ['sleep', '0.7'] }); return { n: 1 };";
    expect(await run(runbook(slow, { timeout: ', timeout: 1s' }))).toMatchObject({ code: 0 });
  });

  it('by an answer that never comes does not outlive a second Ctrl-C, and its change is unknown', async () => {
    const file = runbook('await new Promise(() => {});');
    const lines = ['run', file, '-i', 'here,', '-c', 'local', '--yes', '--output', 'lines'];
    const child = spawn(process.execPath, [resolve('dist/cli/main.js'), ...lines], {
      env: { ...process.env, ...ownState },
    });
    const ended = once(child, 'exit');
    await expect.poll(() => existsSync(join(dirname(file), 'made')), { timeout: 20_000 }).toBe(true);
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.kill('SIGTERM');
    await expect.poll(() => said).toContain('Finishing the running steps');
    child.kill('SIGTERM');
    expect(await ended).toEqual([7, null]);
  });

  it.each([
    ['a timer', "setTimeout(() => { throw new Error('oops'); }, 1);"],
    ['a promise that nobody awaits', "Promise.reject(new Error('oops'));"],
  ])('by an error in %s is named, with what is left open', async (_where, text) => {
    const end = await run(runbook(`${text} await new Promise((go) => setTimeout(go, 2000)); return { n: 1 };`));
    expect(end.code).toBe(70);
    expect(end.stderr).toMatch(/the pack \d+\/app\.js threw where nothing can catch it/);
    expect(end.stderr).toContain('oops');
    expect(end.stderr).not.toContain('a bug in mendgate');
    expect(end.stderr).toContain('step first: its fix was made, and what follows it is not done');
  });

  it('by what it leaves running does not keep a run that is over', async () => {
    const begun = Date.now();
    expect(await run(runbook('return { n: 1 };', { top: 'setInterval(() => {}, 1000);' }))).toMatchObject({ code: 0 });
    expect(Date.now() - begun).toBeLessThan(30_000);
  });
});
