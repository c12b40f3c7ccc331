import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const report = process.env['MENDGATE_TEST_REPORT'];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: 'test/own-locks.ts',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Runs that tests start from the command line are not kept among those of whoever runs the tests.
    env: { XDG_STATE_HOME: join(tmpdir(), `mendgate-test-state-${userInfo().uid}`) },
    // CI counts from the report; people read the other.
    reporters: report === undefined ? ['default'] : ['default', 'json'],
    ...(report === undefined ? {} : { outputFile: { json: report } }),
  },
});
