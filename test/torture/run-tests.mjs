// npm run test:torture [-- --page] [vitest's own arguments]: the torture suite, most of an hour. --page: docs/reliability.md anew.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const args = process.argv.slice(2);
const rest = args.filter((argument) => argument !== '--page');
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const config = fileURLToPath(new URL('../../vitest.torture.config.ts', import.meta.url));
const given = process.env.TORTURE_FIGURES;
const figures = given ?? mkdtempSync(join(tmpdir(), 'mendgate-figures-'));
const ended = spawnSync(process.execPath, [vitest, 'run', '--config', config, ...rest], {
  stdio: 'inherit',
  env: { ...process.env, TORTURE_FIGURES: figures, TORTURE_PAGE: rest.length < args.length ? '1' : '0' },
});
if (given === undefined) rmSync(figures, { recursive: true, force: true });
process.exitCode = ended.status ?? 1;
