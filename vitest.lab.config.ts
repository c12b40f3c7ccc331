import { defineConfig } from 'vitest/config';

// The tests that need guests; see test/lab/README.md. Emulated policy rebuilds take half a minute each.
export default defineConfig({
  test: {
    include: ['test/lab/**/*.lab.ts'],
    testTimeout: 900_000,
    hookTimeout: 900_000,
    fileParallelism: false,
    reporters: ['verbose'],
  },
});
