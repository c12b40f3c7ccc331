import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

// Tests that mend this machine run beside each other: each file's runs lock another place. Programs that a test starts inherit it.
const folder = join(tmpdir(), `mendgate-test-locks-${process.pid}`);
process.env['MENDGATE_LOCK_DIR'] = folder;
afterAll(() => rmSync(folder, { recursive: true, force: true }));
