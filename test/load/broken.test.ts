import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadRunbook } from '../../src/load/load-runbook.ts';
import { registry } from './registry.ts';

const folder = join(import.meta.dirname, '../fixtures/broken');
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml') && !name.startsWith('inventory-'));

/** `CODE LINE:COL`, several separated by commas, in the first line of each file. */
function expectedOf(text: string): readonly string[] {
  return (/# expect: (.*)/.exec(text)?.[1] ?? '').split(',').map((entry) => entry.trim());
}

describe('a broken runbook is refused with the right code at the right place', () => {
  it.each(files)('%s', async (name) => {
    const file = join(folder, name);
    const { value, diagnostics } = await loadRunbook(file, registry);
    const told = diagnostics.map(({ code, at }) => `${code} ${at.line}:${at.col}`);
    expect(told).toEqual(expectedOf(readFileSync(file, 'utf8')));
    expect(value === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'));
  });

  it('there are enough of them', () => expect(files.length).toBeGreaterThanOrEqual(60));
});
