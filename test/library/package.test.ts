import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Consumer, copyExamples, installPacked } from './consumer.ts';

let consumer: Consumer;
beforeAll(() => {
  consumer = installPacked();
  copyExamples(consumer);
}, 120_000);
afterAll(() => consumer?.remove());

/** The paths that a package.json promises, in `exports`, `bin` and `man`. */
function promised(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(promised) : [];
}

describe('the package', () => {
  it('has what its package.json promises', () => {
    const { exports, bin, man } = JSON.parse(readFileSync('package.json', 'utf8'));
    const paths = promised([exports, bin, man]).filter((path) => !path.includes('*'));
    expect(paths.length).toBeGreaterThan(5);
    expect(paths.filter((path) => !existsSync(join(consumer.installed, path)))).toEqual([]);
  });

  it('has nothing for publint to say', async () => {
    const { messages } = await publint({ pkgDir: consumer.installed, pack: false });
    expect(messages).toEqual([]);
  });

  it('has the licenses, also of what is built in, the words for people, the runbooks and the schemas', () => {
    const there = new Set(consumer.packed.files.map(({ path }) => path));
    const wanted = ['LICENSE', 'README.md', 'CHANGELOG.md', 'SECURITY.md', 'man/mendgate.1', 'dist/catalog.json'];
    const inFolders = ['runbooks', 'schemas', 'generated'].flatMap((folder) =>
      readdirSync(folder).map((name) => `${folder}/${name}`),
    );
    expect([...wanted, ...inFolders].filter((path) => !there.has(path))).toEqual([]);
    expect(readdirSync(join(consumer.installed, 'dist/licenses')).sort()).toEqual([
      '@marcbachmann-cel-js.txt',
      'diff.txt',
      'yaml.txt',
    ]);
  });

  it('has nothing else: no tests, no sources, no lab', () => {
    const folders = new Set(consumer.packed.files.map(({ path }) => (path.includes('/') ? path.split('/')[0] : path)));
    expect([...folders].sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'SECURITY.md',
      'api',
      'dist',
      'docs',
      'examples',
      'generated',
      'man',
      'package.json',
      'runbooks',
      'schemas',
    ]);
    expect(
      consumer.packed.files.filter(({ path }) => /(?<!\.d)\.ts$/.test(path) && !path.startsWith('examples/')),
    ).toEqual([]);
  });

  it('says nothing of the machine that made it', () => {
    const here = resolve('.');
    const told = consumer.packed.files.filter(({ path }) =>
      readFileSync(join(consumer.installed, path), 'latin1').includes(here),
    );
    expect(told).toEqual([]);
  });

  it('is small', () => {
    expect(consumer.packed.size).toBeLessThan(2_000_000);
    expect(consumer.packed.unpackedSize).toBeLessThan(6_000_000);
  });
});

describe('a project that has installed it', () => {
  it('runs the command', () => {
    const main = 'node_modules/.bin/mendgate';
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(consumer.run(main, ['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    const shipped = 'node_modules/mendgate/runbooks/nginx-502-permission-denied.yaml';
    expect(consumer.run(main, ['validate', shipped])).toMatchObject({ code: 0, stderr: '' });
  });

  it('imports both doors, and the schemas', () => {
    const script = `
      const { mend } = await import('mendgate');
      const { simulatedTransport } = await import('mendgate/testing');
      const { default: schema } = await import('mendgate/schemas/event.schema.json', { with: { type: 'json' } });
      process.stdout.write([typeof mend, typeof simulatedTransport, typeof schema].join(' '));`;
    expect(consumer.run(process.execPath, ['--no-warnings', '--input-type=module', '-e', script])).toEqual({
      code: 0,
      stdout: 'function function object',
      stderr: '',
    });
  });

  it('is there for CommonJS too', () => {
    const script = "process.stdout.write(typeof require('mendgate').mend)";
    const options = ['--no-warnings', '--input-type=commonjs', '-e', script];
    expect(consumer.run(process.execPath, options)).toEqual({ code: 0, stdout: 'function', stderr: '' });
  });

  const ways = [
    { module: 'node16', moduleResolution: 'node16' },
    { module: 'nodenext', moduleResolution: 'nodenext' },
    { module: 'preserve', moduleResolution: 'bundler' },
  ];
  it.each(ways)('checks against its types: $moduleResolution', (way) => {
    const options = { ...way, skipLibCheck: false, allowImportingTsExtensions: true, noEmit: true };
    expect(consumer.tsc(options)).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('is told of a mistake by its types', () => {
    consumer.write('wrong.ts', "import { mend } from 'mendgate';\nawait mend({ runbook: 'x.yaml', mode: 'later' });\n");
    const { code, stdout } = consumer.tsc({ ...ways[0], noEmit: true, allowImportingTsExtensions: true });
    consumer.write('wrong.ts', '');
    expect({ code, stdout }).toMatchObject({ code: 1, stdout: expect.stringContaining('wrong.ts(2,33)') });
  });
});

describe('docs/library.md', () => {
  const page = readFileSync('docs/library.md', 'utf8');
  const shown = [...page.matchAll(/^\$ node (\S+)\.ts\n([\s\S]*?)^```/gm)].map(([, name = '', text = '']) => [
    name,
    text,
  ]);

  it('runs what it shows', () => expect(shown.map(([name]) => name)).toEqual(['rehearse', 'approve-later']));

  it.each(shown)('shows what %s prints', (name, text) => {
    const compiled = consumer.tsc({ module: 'node16', rewriteRelativeImportExtensions: true });
    expect(compiled).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(consumer.run(process.execPath, [`${name}.js`])).toEqual({ code: 0, stdout: text, stderr: '' });
  });
});
