import { defineConfig } from 'vitest/config';

// The torture suite; see test/torture/run-tests.mjs. It takes about half an hour.
export default defineConfig({
  test: {
    include: ['test/torture/**/*.torture.ts'],
    globalSetup: 'test/torture/page.ts',
    testTimeout: 7_200_000,
    hookTimeout: 120_000,
    // Each file tortures a host of its own.
    maxWorkers: 2,
    reporters: ['verbose'],
  },
});
