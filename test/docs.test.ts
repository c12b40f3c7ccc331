import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
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

  it('shows a runbook in the README that is valid', async () => {
    const [, text = ''] = /```yaml\n([\s\S]*?)```/.exec(readFileSync('README.md', 'utf8')) ?? [];
    const dir = mkdtempSync(join(tmpdir(), 'mendgate-readme-'));
    try {
      const file = join(dir, 'runbook.yaml');
      writeFileSync(file, text);
      const { value, diagnostics } = await loadRunbook(file, registry);
      expect(diagnostics).toEqual([]);
      expect(value?.steps).toHaveLength(1);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });

  it('ships runbooks that are valid, without a warning', async () => {
    const files = readdirSync('runbooks').filter((name) => name.endsWith('.yaml') && !name.endsWith('.test.yaml'));
    expect(files.length).toBeGreaterThanOrEqual(3);
    for (const name of files) {
      const { value, diagnostics } = await loadRunbook(join('runbooks', name), registry);
      expect({ name, diagnostics, valid: value !== undefined }).toEqual({ name, diagnostics: [], valid: true });
    }
  });

  it('links only to files that exist', () => {
    for (const page of ['README.md', 'docs/architecture.md', 'docs/for-ansible-users.md', 'docs/how-to/secrets.md']) {
      const links = [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:|#)([^)]+)\)/g)].map(
        (match) => match[1] ?? '',
      );
      const base = page.includes('/') ? 'docs' : '.';
      for (const link of links) expect(() => readdirOrFile(join(base, link))).not.toThrow();
    }
  });
});

function readdirOrFile(path: string): unknown {
  return path.endsWith('/') ? readdirSync(path) : readFileSync(path);
}
