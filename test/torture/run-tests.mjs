// npm run test:torture [-- --page] [vitest's own arguments]: the torture suite, half an hour. --page: docs/reliability.md anew, from
// all suites; or from those whose figures lie in the folder TORTURE_FIGURES. TORTURE_SHARE=0.1: a tenth of it; TORTURE_SEED: where its seeds begin.
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
if (args.includes('--page') && given === undefined && rest.some((argument) => !argument.startsWith('-'))) {
  process.stderr.write(
    '--page is about all suites: name none, or TORTURE_FIGURES=FOLDER where the others keep theirs\n',
  );
  process.exit(64);
}
const figures = given ?? mkdtempSync(join(tmpdir(), 'mendgate-figures-'));
const ended = spawnSync(process.execPath, [vitest, 'run', '--config', config, ...rest], {
  stdio: 'inherit',
  env: { ...process.env, TORTURE_FIGURES: figures, TORTURE_PAGE: rest.length < args.length ? '1' : '0' },
});
if (given === undefined) rmSync(figures, { recursive: true, force: true });
process.exitCode = ended.status ?? 1;
