// npm run test:lab [-- --smoke] [vitest's own arguments]: the tests that need guests. Not part of npm test.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const args = process.argv.slice(2);
const rest = args.filter((argument) => argument !== '--smoke');
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const config = fileURLToPath(new URL('../../vitest.lab.config.ts', import.meta.url));
const ended = spawnSync(process.execPath, [vitest, 'run', '--config', config, ...rest], {
  stdio: 'inherit',
  env: { ...process.env, LAB_SMOKE: rest.length < args.length ? '1' : '0' },
});
process.exitCode = ended.status ?? 1;
