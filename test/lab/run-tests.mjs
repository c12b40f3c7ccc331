// npm run test:lab [-- --smoke] [vitest's own arguments]: the tests that need guests. Not part of npm test.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const args = process.argv.slice(2);
const rest = args.filter((argument) => argument !== '--smoke');
const smoke = rest.length < args.length;
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const config = fileURLToPath(new URL('../../vitest.lab.config.ts', import.meta.url));
// Six scenarios are what --smoke names; what the harness itself promises is tested with all of them.
const files = smoke ? ['scenarios-1', 'scenarios-2'] : [];
const lives = process.env.LAB_LIVES ?? mkdtempSync(join(tmpdir(), 'mendgate-lives-'));
const ended = spawnSync(process.execPath, [vitest, 'run', '--config', config, ...files, ...rest], {
  stdio: 'inherit',
  env: { ...process.env, LAB_SMOKE: smoke ? '1' : '0', LAB_LIVES: lives },
});
if (process.env.LAB_LIVES === undefined) rmSync(lives, { recursive: true, force: true });
process.exitCode = ended.status ?? 1;
