import { defineConfig } from 'vitest/config';

const report = process.env['MENDGATE_TEST_REPORT'];

// The tests that need guests; see test/lab/README.md. Emulated policy rebuilds take half a minute each.
export default defineConfig({
  test: {
    include: ['test/lab/**/*.lab.ts'],
    testTimeout: 1_800_000,
    hookTimeout: 900_000,
    // Each guest takes a core.
    maxWorkers: 2,
    globalSetup: 'test/lab/report-lives.ts',
    // As in vitest.config.ts.
    reporters: report === undefined ? ['verbose'] : ['verbose', 'json'],
    ...(report === undefined ? {} : { outputFile: { json: report } }),
  },
});
