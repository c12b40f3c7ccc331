import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadRunbook } from '../src/load/load-runbook.ts';
import { buildRegistry } from '../src/model/pack.ts';
import { builtInPacks } from '../src/packs/index.ts';
import { printDocs } from '../src/reporters/print-docs.ts';

const registry = buildRegistry(builtInPacks);

describe('what is written for people', () => {
  it('lists probes and actions as they are (npm run docs)', () => {
    const page = printDocs(registry, { form: 'markdown', colour: false });
    expect(readFileSync('docs/probes-and-actions.md', 'utf8')).toBe(page);
  });

  it('ships runbooks that are valid, without a warning', async () => {
    const files = readdirSync('runbooks').filter((name) => name.endsWith('.yaml') && !name.endsWith('.test.yaml'));
    expect(files.length).toBeGreaterThanOrEqual(3);
    for (const name of files) {
      const { value, diagnostics } = await loadRunbook(join('runbooks', name), registry);
      expect({ name, diagnostics, valid: value !== undefined }).toEqual({ name, diagnostics: [], valid: true });
    }
  });
});
