import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const report = process.env['MENDGATE_TEST_REPORT'];

// The tests that need guests; see test/lab/README.md. Emulated policy rebuilds take half a minute each.
export default defineConfig({
  test: {
    include: ['test/lab/**/*.lab.ts'],
    testTimeout: 1_800_000,
    hookTimeout: 900_000,
    // As in vitest.config.ts.
    env: { XDG_STATE_HOME: join(tmpdir(), `mendgate-test-state-${userInfo().uid}`) },
    // Each guest takes a core.
    maxWorkers: 2,
    // An emulated guest on a loaded machine may miss a second; each life starts from a reset guest, and what it took is printed.
    retry: process.env['LAB_SMOKE'] === '1' ? 1 : 0,
    globalSetup: 'test/lab/global-setup.ts',
    // As in vitest.config.ts.
    reporters: report === undefined ? ['verbose'] : ['verbose', 'json'],
    ...(report === undefined ? {} : { outputFile: { json: report } }),
  },
});
