import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

describe('what programs may import', () => {
  let folder: string;
  let said: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'mendgate-api-'));
    said = spawnSync(process.execPath, ['scripts/generate-api.mjs', folder], { encoding: 'utf8' }).stderr;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('says what it is, and names only types that a program can name too', () => expect(said).toBe(''));

  it('is as it was reviewed (npm run docs)', () => {
    const reviewed = readdirSync('api');
    expect(reviewed).toEqual(readdirSync(folder));
    for (const name of reviewed)
      expect(readFileSync(join(folder, name), 'utf8')).toBe(readFileSync(join('api', name), 'utf8'));
  });
});
