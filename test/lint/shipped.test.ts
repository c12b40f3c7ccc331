import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lintRunbook } from '../../src/uses/lint-runbook.ts';

const folder = join(import.meta.dirname, '../../runbooks');
const runbooks = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.yaml') && !name.endsWith('.test.yaml'))
  .map((name) => join(folder, name));

describe('the runbooks that come with mendgate', () => {
  it.each(runbooks)('%s has nothing that lint finds', async (file) => {
    const { findings, valid } = await lintRunbook(file);
    expect(findings.map(({ code, at, message }) => `${at.line}: ${code}: ${message}`)).toEqual([]);
    expect(valid).toBe(true);
  });
});
