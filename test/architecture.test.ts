import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * The house's rule (docs/architecture.md). A room is a folder of src/, or a file at its top. This table is the rule:
 * which rooms a room may import besides itself.
 */
const may: Readonly<Record<string, readonly string[]>> = {
  model: [],
  shell: ['model'],
  expr: ['model'],
  load: ['model', 'shell', 'expr'],
  plan: ['model', 'shell', 'expr'],
  engine: ['model', 'shell', 'expr'],
  transports: ['model', 'shell', 'expr'],
  packs: ['model', 'shell', 'expr'],
  journal: ['model', 'shell', 'expr'],
  lint: ['model', 'shell', 'expr'],
  cases: ['model', 'shell', 'expr'],
  reporters: ['model', 'shell', 'expr'],
  reports: ['model', 'shell', 'expr'],
  demo: ['model', 'shell', 'expr'],
  secrets: ['model', 'shell', 'expr'],
  'registry.ts': ['model', 'load', 'lint', 'packs', 'version.ts'],
  'mend-request.ts': ['model', 'engine'],
  'mend.ts': [
    'mend-request.ts',
    'registry.ts',
    'model',
    'load',
    'plan',
    'engine',
    'transports',
    'packs',
    'reporters',
    'journal',
    'lint',
    'cases',
    'demo',
    'version.ts',
  ],
  uses: [
    'mend.ts',
    'mend-request.ts',
    'registry.ts',
    'version.ts',
    'model',
    'shell',
    'expr',
    'load',
    'lint',
    'plan',
    'engine',
    'transports',
    'journal',
    'cases',
    'reporters',
    'reports',
    'secrets',
  ],
  'version.ts': [],
  'testing.ts': ['model', 'load', 'plan', 'engine', 'transports', 'packs'],
  // The public door also names what every room's answers are made of.
  'index.ts': [
    'mend.ts',
    'registry.ts',
    'uses',
    'model',
    'shell',
    'expr',
    'load',
    'plan',
    'engine',
    'journal',
    'cases',
    'reporters',
    'reports',
    'secrets',
  ],
  cli: ['index.ts', 'version.ts'],
};

/** Who may import an npm package: the beginning of the path under src/. */
const owners: Readonly<Record<string, readonly string[]>> = {
  ssh2: ['transports/ssh/', 'transports/simulated/'],
  yaml: ['load/'],
  ajv: ['load/'],
  amaro: ['load/'],
  'age-encryption': ['secrets/'],
  listr2: ['reporters/'],
  diff: ['reporters/', 'reports/'],
  picocolors: ['reporters/', 'load/'],
  commander: ['cli/'],
  '@marcbachmann/cel-js': ['expr/'],
  re2js: ['expr/'],
};

const src = resolve('src');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replaceAll('\\', '/'));

interface Import {
  readonly from: string;
  readonly what: string;
}

const imports: readonly Import[] = files.flatMap((from) => {
  const text = readFileSync(join(src, from), 'utf8');
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^'";]*?from\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|(?:^|\n)import\s+'([^']+)'/g,
  );
  return [...found].map((match) => ({ from, what: match[1] ?? match[2] ?? match[3] ?? '' }));
});

function roomOf(file: string): string {
  return file.split('/')[0] ?? file;
}

function target(entry: Import): string {
  return relative(src, resolve(src, dirname(entry.from), entry.what)).replaceAll('\\', '/');
}

const inside = imports.filter((entry) => entry.what.startsWith('.'));
const packages = imports.filter(
  (entry) => !entry.what.startsWith('.') && !entry.what.startsWith('node:') && !entry.what.startsWith('#'),
);

describe('the house', () => {
  it('has only the rooms of its plan', () => {
    expect([...new Set(files.map(roomOf))].filter((room) => !(room in may))).toEqual([]);
  });

  it('imports as a star: words in the middle, siblings never each other', () => {
    const broken = inside
      .filter((entry) => target(entry).split('/')[0] !== '..')
      .filter((entry) => roomOf(target(entry)) !== roomOf(entry.from))
      .filter((entry) => !(may[roomOf(entry.from)] ?? []).includes(roomOf(target(entry))))
      .map((entry) => `${entry.from} → ${target(entry)}`);
    expect(broken).toEqual([]);
  });

  it('lets a pack import packs/core only', () => {
    const broken = inside
      .filter((entry) => /^packs\/[^/]+\//.test(entry.from) && /^packs\/[^/]+\//.test(target(entry)))
      .filter((entry) => {
        const [from, to] = [entry.from.split('/')[1], target(entry).split('/')[1]];
        return from !== to && to !== 'core';
      })
      .map((entry) => `${entry.from} → ${target(entry)}`);
    expect(broken).toEqual([]);
  });

  it('has one owner for each npm package', () => {
    const broken = packages
      .filter((entry) => {
        const name = entry.what.startsWith('@')
          ? entry.what.split('/').slice(0, 2).join('/')
          : (entry.what.split('/')[0] ?? '');
        return !(owners[name] ?? []).some((owner) => entry.from.startsWith(owner));
      })
      .map((entry) => `${entry.from} → ${entry.what}`);
    expect(broken).toEqual([]);
  });

  it('keeps I/O out of the words, the shell text, the expressions and the plan', () => {
    // `isIP`, `createRequire` and `createHash` are pure, though they live beside sockets, files and chance.
    const harmless = ['node:net', 'node:module', 'node:crypto'];
    const pure = ['model', 'shell', 'expr', 'plan'];
    const broken = imports.filter(
      (entry) => pure.includes(roomOf(entry.from)) && entry.what.startsWith('node:') && !harmless.includes(entry.what),
    );
    expect(broken).toEqual([]);
  });

  it('lends types only to the page of the reports, which runs in a browser', () => {
    const broken = readdirSync('report-page')
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => {
        const text = readFileSync(join('report-page', file), 'utf8');
        const values = text.matchAll(/^(?:import|export) (?!type )(?:[^'"]*? from )?'([^']+)'/gm);
        return [...values].map((match) => ({ file, what: match[1] ?? '' }));
      })
      .filter(({ what }) => !what.startsWith('./'))
      .map(({ file, what }) => `${file} → ${what}`);
    expect(broken).toEqual([]);
  });

  it('has files one can read: none above 300 lines', () => {
    const long = files.filter((file) => readFileSync(join(src, file), 'utf8').split('\n').length > 300);
    expect(long).toEqual([]);
  });

  it('reads clocks and timers only where they are injected from', () => {
    // A pack's own code takes real time, on this machine, whatever time its hosts live in; and it is loaded once for all of them.
    const allowed = ['transports/clock.ts', 'load/user-packs/time-limit.ts', 'load/user-packs/run-program.ts'];
    const broken = files
      .filter((file) => !allowed.includes(file) && !file.startsWith('reporters/'))
      .filter((file) =>
        /\b(Date\.now|setTimeout|setInterval|performance\.now)\b/.test(readFileSync(join(src, file), 'utf8')),
      );
    expect(broken).toEqual([]);
  });
});
