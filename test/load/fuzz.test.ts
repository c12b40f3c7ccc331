import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadRunbook } from '../../src/load/load-runbook.ts';
import { registry } from './registry.ts';

const fixtures = join(import.meta.dirname, '../fixtures/broken');
const seeds = readdirSync(fixtures)
  .filter((name) => name.endsWith('.yaml') && !name.startsWith('inventory-'))
  .map((name) => readFileSync(join(fixtures, name), 'utf8'));

/** Most CPU that a document of this size may take. */
const limitMs = 1000;

async function load(bytes: Uint8Array): Promise<void> {
  const start = process.cpuUsage();
  const { value, diagnostics } = await loadRunbook('fuzz.yaml', registry, {
    readFile: async () => bytes,
    realpath: async (file) => resolve(file),
  });
  expect(process.cpuUsage(start).user / 1000).toBeLessThan(limitMs);
  expect(value !== undefined || diagnostics.some(({ severity }) => severity === 'error')).toBe(true);
  for (const { at, code, message } of diagnostics) {
    expect(code).toMatch(/^[a-z]+\/[a-z0-9-]+$/);
    expect(message).not.toMatch(/undefined|\[object/);
    expect(at.line).toBeGreaterThan(0);
    expect(at.col).toBeGreaterThan(0);
    expect(at.endLine > at.line || (at.endLine === at.line && at.endCol >= at.col)).toBe(true);
  }
}

const encoder = new TextEncoder();
const tokens = fc.constantFrom(
  '\n',
  '  ',
  ': ',
  '- ',
  '{',
  '}',
  '[',
  ']',
  ',',
  '"',
  "'",
  '#',
  ' #',
  '&a',
  '*a',
  '!x',
  '|',
  '>',
  '%',
  '@',
  '`',
  '?',
  '${{',
  '}}',
  '<<: ',
  '0644',
  'on',
  'null',
  '~',
  '1e999',
  '__proto__',
  'a.b',
  '\t',
  '\r',
  '\u0000',
  '\u202e',
  '---\n',
  '...\n',
  'é',
  '𝄞',
  '((',
  '&&',
  ' and ',
  'size(',
  '.all(x, ',
  'steps',
);
const edit = fc.record({
  seed: fc.nat(),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.nat({ max: 40 }),
  put: fc.array(tokens, { maxLength: 3 }),
});

function mutate(text: string, edits: readonly { at: number; cut: number; put: readonly string[] }[]): string {
  return edits.reduce((now, { at, cut, put }) => {
    const start = Math.floor(at * now.length);
    return now.slice(0, start) + put.join('') + now.slice(start + cut);
  }, text);
}

const scalar = fc.oneof(
  fc.constantFrom('a', 'true', '5', '5s', 'host.name', '"${{ host.name }}"', 'on', '0644', '"x y"', '!a', '""'),
  fc.string({ maxLength: 8 }),
);
const key = fc.constantFrom(
  'id',
  'title',
  'when',
  'probes',
  'gate',
  'fix',
  'verify',
  'that',
  'within',
  'for_each',
  'as',
  'conclude',
  'use',
  'with',
  'rollback',
  'alternatives',
  'http.request',
  'core.script',
  'script',
  'selinux.boolean',
  'name',
  'value',
  'params',
  'type',
  'default',
  'symptom',
  'present',
  'gone',
  'register',
  'check',
);
const { node } = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    scalar,
    fc.array(tie('node'), { maxLength: 4 }).map((items) => `[${items.join(', ')}]`),
    fc
      .array(fc.tuple(key, tie('node')), { maxLength: 5 })
      .map((pairs) => `{ ${pairs.map(([name, value]) => `${name}: ${value}`).join(', ')} }`),
  ),
}));

describe('whatever the file holds, loading ends soon and tells a place', () => {
  it('6,000 runbooks with random edits', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: seeds.length - 1 }),
        fc.array(edit, { minLength: 1, maxLength: 4 }),
        (seed, edits) => load(encoder.encode(mutate(seeds[seed] ?? '', edits))),
      ),
      { seed: 1, numRuns: 6000 },
    );
  }, 120_000);

  it('3,000 documents of the grammar with arbitrary values', async () => {
    await fc.assert(
      fc.asyncProperty(node, node, (step, rest) =>
        load(encoder.encode(`runbook: a\ntitle: A\nsteps: [${step}]\nsymptom: ${rest}\n`)),
      ),
      { seed: 2, numRuns: 3000 },
    );
  }, 120_000);

  it('1,000 runs of bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), (bytes) => load(bytes)),
      { seed: 3, numRuns: 1000 },
    );
  }, 60_000);

  it.each([
    ['a million brackets', '['.repeat(1_000_000)],
    ['a million commas', `a: [${','.repeat(1_000_000)}]`],
    ['a million quotes', `a: ${'"'.repeat(1_000_000)}`],
    ['a million spaces', `a: x${' '.repeat(1_000_000)}#`],
    ['200,000 equal keys', 'a: 1\n'.repeat(200_000)],
    ['100,000 unknown keys', Array.from({ length: 100_000 }, (_, at) => `k${at}: 1\n`).join('')],
    ['a long expression', `runbook: a\ntitle: A\nsteps: [ { id: s, when: "${'('.repeat(100_000)}" } ]\n`],
    [
      'many interpolations',
      `runbook: a\ntitle: "${'${{ '.repeat(100_000)}"\nsteps: [ { id: s, title: "${'${{ x }}'.repeat(20_000)}" } ]\n`,
    ],
    [
      'a long script',
      `runbook: a\ntitle: A\nsteps: [ { id: s, probes: { p: { core.script: { script: "${'$( ${{ host.name }} '.repeat(20_000)}" } } } } ]\n`,
    ],
    [
      'many words in a script',
      `runbook: a\ntitle: A\nsteps: [ { id: s, probes: { p: { core.script: { script: "echo ${'${{ host.name }} '.repeat(40_000)}" } } } } ]\n`,
    ],
    [
      'many steps',
      `runbook: a\ntitle: A\nsteps:\n${Array.from({ length: 12_000 }, (_, at) => `  - { id: s${at}, probes: { p${at}: { nginx.worker: {} } } }\n`).join('')}`,
    ],
    [
      'many probes',
      `runbook: a\ntitle: A\nsteps:\n  - id: s\n    probes:\n${Array.from({ length: 20_000 }, (_, at) => `      p${at}: { nginx.worker: {} }\n`).join('')}`,
    ],
    ['many escaped quotes', `runbook: a\ntitle: A\nsteps: [ { id: s, when: '${'\\"'.repeat(400_000)}' } ]\n`],
    ['many escaped quotes and an error', `a: {${'\\"'.repeat(400_000)}\nb: c: d`],
    ['many open braces in text', `runbook: a\ntitle: A\nsteps: [ { id: s, title: "${'{{a|'.repeat(200_000)}" } ]\n`],
    [
      'a long word and an operator',
      `runbook: a\ntitle: A\nsteps: [ { id: s, when: "${'a'.repeat(800_000)} and b" } ]\n`,
    ],
    [
      'many spaces in a folded block',
      `runbook: a\ntitle: A\nsteps:\n  - id: s\n    title: >\n      a\n${'       b\n'.repeat(50_000)}      \${{ x }}\n`,
    ],
    ['50,000 unknown keys', Array.from({ length: 50_000 }, (_, at) => `k${at}: 1\n`).join('')],
    ['many braces before an error', `a: {${'{ "x": '.repeat(30_000)}`],
  ])(
    '%s ends within some seconds',
    async (_name, text) => {
      const start = process.cpuUsage();
      await loadRunbook('fuzz.yaml', registry, {
        readFile: async () => encoder.encode(text),
        realpath: async (file) => resolve(file),
      });
      expect(process.cpuUsage(start).user / 1000).toBeLessThan(3000);
    },
    60_000,
  );
});
