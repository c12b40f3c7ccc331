import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliEnd, mendgate } from '../e2e/cli.ts';
import { examples } from './example-host.ts';

const folder = mkdtempSync(join(tmpdir(), 'mendgate-packs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string, mode = 0o644): string {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { mode });
  return file;
}

/** A runbook with these packs, whose one step reads `probe`. */
function runbook(name: string, packs: readonly string[], probe = 'app.x: {}'): string {
  const steps = `steps:\n  - id: s\n    probes: { a: { ${probe} } }\n    verify: { that: a.n == 1 }\n`;
  return write(name, `runbook: r\ntitle: R\npacks:\n${packs.map((pack) => `  - ${pack}\n`).join('')}${steps}`);
}

const good = `import { defineProbe } from 'mendgate';
import { one } from './one.js';
const probe = defineProbe({
  name: 'app.x',
  summary: 'One.',
  params: { type: 'object', properties: {} },
  result: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] },
  read: async () => ({ n: one }),
});
export default { name: 'app', probes: [probe] };
`;

/** What was said of one file. */
function toldOf(end: CliEnd, file: string): readonly string[] {
  return end.stderr.split('\n').filter((line) => line.startsWith(file));
}

describe('packs beside a runbook', { timeout: 120_000 }, () => {
  const broken: Readonly<Record<string, readonly [text: string, told: readonly RegExp[]]>> = {
    'syntax.ts': [
      "export const a = 1;\nexport default {\n  name: 'app'\n  probes: [],\n};\n",
      [/:4:3: error\[pack\/syntax\]: Expected ',', got 'probes'/],
    ],
    'syntax.js': ['const a = ;\n', [/:1:11: error\[pack\/syntax\]: Expression expected/]],
    'imports.ts': ["import { b } from './inner/bad.ts';\nexport default { name: b };\n", []],
    'inner/bad.ts': [
      'export const b = 1;\nexport enum C { D }\n',
      [/:2:8: error\[pack\/syntax\]: TypeScript enum is not/],
    ],
    'throws.ts': [
      "const table: Record<string, { a: number }> = {};\n\nexport default { name: table['x']!.a };\n",
      [/:3:\d+: error\[pack\/load\]: this pack cannot be loaded: Cannot read properties of undefined/],
    ],
    'nothing.ts': ['export const pack = 1;\n', [/:1:1: error\[pack\/no-default\]/]],
    'shape.ts': [
      `import { defineProbe } from 'mendgate';
const params = { type: 'object', properties: { n: { type: 'int' } } } as never;
export default {
  name: 'app',
  probes: [
    defineProbe({ name: 'app.wrong', summary: '', params, result: { type: 'any' }, read: async () => 1 }),
    { name: 'app.bare', summary: 'S.', params: { type: 'object', properties: {} }, result: { type: 'any' }, read: async () => 1 },
  ],
  actions: [{ name: 'app.act', summary: 'S.', params: { type: 'object', properties: {} } }],
};
`,
      [
        /:6:25: error\[pack\/shape\]: app\.wrong: its `summary` is missing/,
        /:6:25: error\[pack\/shape\]: app\.wrong: params\.properties\.n\.type is/,
        /:7:13: error\[pack\/shape\]: app\.bare: it was not made by defineProbe/,
        /:9:21: error\[pack\/shape\]: app\.act: its `rollback` is missing/,
        /:9:21: error\[pack\/shape\]: app\.act: its `inspect` is missing/,
      ],
    ],
    'taken.ts': [
      good.replace("'app.x'", "'file.stat'").replace("import { one } from './one.js';\n", 'const one = 1;\n'),
      [/:4:9: error\[pack\/name-taken\]: there is a probe `file\.stat` already/],
    ],
  };
  let end: CliEnd;
  let file: string;

  beforeAll(async () => {
    for (const [name, [text]] of Object.entries(broken)) write(`broken/${name}`, text);
    const names = Object.keys(broken).filter((name) => !name.includes('/'));
    write('broken/plain.txt', 'hello');
    write('broken/old.cjs', 'module.exports = {}');
    write('broken/chatty', '#!/bin/sh\necho hello\n', 0o755);
    file = runbook('broken/all.yaml', [
      ...names.map((name) => `./${name}`),
      './plain.txt',
      './old.cjs',
      './chatty',
      './missing.ts',
      'inner',
      'mendgate-pack-nowhere',
      './inner',
      '../outside.ts',
      '/absolute.ts',
    ]);
    write('outside.ts', good);
    end = await mendgate(['validate', file]);
  }, 120_000);

  it.each(Object.entries(broken))('that are broken are told in their own files: %s', (name, [, told]) => {
    const said = toldOf(end, join(folder, 'broken', name));
    expect(said).toHaveLength(told.length);
    for (const [index, pattern] of told.entries()) expect(said[index]).toMatch(pattern);
  });

  it('that are none are told in the runbook, all at once, and nothing else is', () => {
    expect(end.code).toBe(65);
    expect(toldOf(end, file).map((line) => line.slice(file.length + 1))).toEqual([
      expect.stringMatching(/^11:5: error\[pack\/not-executable\]/),
      expect.stringMatching(/^12:5: error\[pack\/commonjs\]/),
      expect.stringMatching(/^13:5: error\[pack\/shape\]: asked what it has, it printed no JSON/),
      expect.stringMatching(/^14:5: error\[pack\/missing\]: there is no file `.\/missing.ts`/),
      expect.stringMatching(/^15:5: error\[pack\/name\]: `inner` is neither a path nor/),
      expect.stringMatching(/^16:5: error\[pack\/missing\]: the npm package `mendgate-pack-nowhere` is not installed/),
      expect.stringMatching(/^17:5: error\[pack\/folder\]/),
      expect.stringMatching(/^18:5: error\[pack\/outside\]/),
      expect.stringMatching(/^19:5: error\[pack\/missing\]/),
    ]);
  });

  it('are loaded in JavaScript too, with the files that they import', async () => {
    write('js/one.js', 'export const one = 1;\n');
    write('js/app.js', good);
    const fine = await mendgate(['validate', runbook('js/a.yaml', ['./app.js'])]);
    expect(fine).toMatchObject({ code: 0, stderr: '' });
    const wrong = await mendgate(['validate', runbook('js/b.yaml', ['./app.js'], 'app.x: { m: 1 }')]);
    expect(wrong.stderr).toContain('there is no key `m` here');
  });

  it('are not loaded from elsewhere, also through a link, unless the command line names them', async () => {
    write('else/one.js', 'export const one = 1;\n');
    write(
      'else/app.js',
      `import { writeFileSync } from 'node:fs';\nwriteFileSync('${join(folder, 'loaded')}', 'x');\n${good}`,
    );
    mkdirSync(join(folder, 'mine'), { recursive: true });
    symlinkSync(join(folder, 'else/app.js'), join(folder, 'mine/link.js'));
    for (const pack of ['../else/app.js', './link.js']) {
      const refused = await mendgate(['validate', runbook('mine/a.yaml', [pack])]);
      expect(refused.stderr).toContain("error[pack/outside]: this pack lies outside of the runbook's folder");
      expect(refused.stderr).toContain(`--pack ${join(folder, 'else/app.js')}\n`);
    }
    expect(() => rmSync(join(folder, 'loaded'))).toThrow();
    const book = runbook('mine/a.yaml', ['../else/app.js']);
    expect(await mendgate(['validate', book, '--pack', join(folder, 'else/app.js')])).toMatchObject({ code: 0 });
    rmSync(join(folder, 'loaded'));
  });

  it('are loaded when the command line names them as the refusal says', async () => {
    write('stand/else/one.js', 'export const one = 1;\n');
    write('stand/else/app.js', good);
    runbook('stand/mine/a.yaml', ['../else/app.js']);
    for (const [cwd, book] of [
      ['stand', 'mine/a.yaml'],
      ['stand/else', '../mine/a.yaml'],
      ['stand/mine', 'a.yaml'],
    ] as const) {
      const refused = await mendgate(['validate', book], {}, join(folder, cwd));
      const [, said = ''] = /on the command line: (--pack .*)$/m.exec(refused.stderr) ?? [];
      expect(await mendgate(['validate', book, ...said.split(' ')], {}, join(folder, cwd))).toMatchObject({ code: 0 });
    }
  });

  it('are named alike for every command, in one way or the other, and take no runbook with them', async () => {
    write('far/one.js', 'export const one = 1;\n');
    const pack = write('far/app.js', good);
    const book = runbook('near/a.yaml', ['../far/app.js']);
    const answers =
      'runbook: a.yaml\ncases:\n  - { name: c, host: { answers: { a: { n: 1 } } }, real: { verdict: healthy } }\n';
    const cases = write('near/a.test.yaml', answers);
    const local = ['-i', 'here,', '-c', 'local'];
    for (const flag of ['--pack', '--packs']) {
      for (const line of [
        ['validate', flag, pack, book],
        ['lint', flag, pack, book],
        ['test', flag, pack, cases],
        ['run', flag, pack, book, ...local, '--dry-run'],
        ['explain', flag, pack, book, ...local],
        ['record', flag, pack, book, ...local],
        ['eval', flag, pack, 'a.n == 1', '--probe', 'a=app.x', ...local],
        ['docs', flag, pack, 'app.x'],
        ['schema', flag, pack],
      ]) {
        const end = await mendgate(line, { XDG_STATE_HOME: join(folder, 'state') });
        expect({ line, ...end }).toMatchObject({ code: 0 });
      }
      expect(await mendgate(['test', cases])).toMatchObject({ code: 65 });
    }
  });

  it('bring their probes to expressions that are tried on a host', async () => {
    write('try/one.js', 'export const one = 7;\n');
    const pack = write('try/app.js', good);
    const asked = ['--probe', 'a=app.x', '--pack', pack, '-i', 'here,', '-c', 'local'];
    expect((await mendgate(['eval', 'a.n + 1', ...asked])).stdout).toMatch(/^here: 8\n/);
    expect((await mendgate(['eval', 'a.m', ...asked])).stderr).toContain('there is no `m` in `a`');
    const none = await mendgate([
      'eval',
      'a.n',
      '--probe',
      'a=app.x',
      '--pack',
      join(folder, 'try/none.js'),
      ...asked.slice(4),
    ]);
    expect(none).toMatchObject({ code: 65, stdout: '' });
    expect(none.stderr).toContain('error[pack/missing]');
  });

  it('that throw when they decide after another change leave that step undecided, by their name and place', async () => {
    write(
      'later/app.js',
      `import { defineAction, nothing } from 'mendgate';
const action = (name, more) => defineAction({
  name,
  summary: 'S.',
  params: { type: 'object', properties: {} },
  inspect: async () => ({ now: 1 }),
  diff: () => ({ to: 2 }),
  describe: () => '1 → 2',
  touches: () => ['app'],
  apply: () => [{ argv: ['true'] }],
  rollback: nothing('it is a test'),
  ...more,
});
const diffAfter = () => { throw new Error('oops'); };
export default { name: 'app', actions: [action('app.first', {}), action('app.second', { diffAfter })] };
`,
    );
    const fix = 'steps:\n  - id: s\n    fix: [{ app.first: {} }, { app.second: {} }]\n    verify: { that: "true" }\n';
    const book = write('later/a.yaml', `runbook: r\ntitle: R\npacks: [./app.js]\n${fix}`);
    const end = await mendgate(['run', book, '-i', 'here,', '-c', 'local', '--dry-run'], { XDG_STATE_HOME: folder });
    expect(end.code).toBe(2);
    expect(end.stdout).toContain('app.second is broken: Error: oops (later/app.js:14:');
  });

  it('come from npm, by their name', async () => {
    const manifest = { name: 'mendgate-pack-app', version: '1.0.0', type: 'module', exports: { import: './app.js' } };
    write('npm/node_modules/mendgate-pack-app/package.json', JSON.stringify(manifest));
    write('npm/node_modules/mendgate-pack-app/one.js', 'export const one = 1;\n');
    write('npm/node_modules/mendgate-pack-app/app.js', good);
    expect(await mendgate(['validate', runbook('npm/a.yaml', ['mendgate-pack-app'])])).toMatchObject({ code: 0 });
    expect(await mendgate(['validate', 'a.yaml'], {}, join(folder, 'npm'))).toMatchObject({ code: 0 });
    expect(await mendgate(['validate', 'npm/a.yaml'], {}, folder)).toMatchObject({ code: 0 });
    const below = runbook('npm/deeper/a.yaml', ['mendgate-pack-app']);
    expect((await mendgate(['validate', below])).stderr).toContain('--pack mendgate-pack-app');
    expect(await mendgate(['validate', below, '--pack', 'mendgate-pack-app'])).toMatchObject({ code: 0 });
  });

  it('bring their names to one run: two documents cannot mean two things by one', async () => {
    write('two/one.js', 'export const one = 1;\n');
    write('two/app.js', good);
    write('two/other.js', good);
    runbook('two/used.yaml', ['./other.js']);
    const text = 'runbook: r\ntitle: R\npacks: [./app.js]\nsteps:\n  - { id: u, use: ./used.yaml }\n';
    const told = await mendgate(['validate', write('two/a.yaml', text)]);
    expect(told.stderr).toMatch(/other\.js:4:9: error\[pack\/name-taken\]: there is a probe `app\.x` already/);
  });
});

describe('what a pack declares', { timeout: 120_000 }, () => {
  const packs = ['motd.ts', 'hosts_entry.py'].map((name) => `${examples}/packs/${name}`);

  it('stands in the docs', async () => {
    const text = await mendgate(['docs', 'motd', '--pack', packs[0] ?? '']);
    expect(text).toMatchObject({ code: 0, stderr: '' });
    expect(text.stdout).toMatch(/motd\.banner \(probe\)\n {2}Whom the banner at login names as owner\./);
    expect(text.stdout).toMatch(/motd\.banner \(action\)[\s\S]* {2}undo: its own/);
    const page = await mendgate(['docs', 'hosts.entry', '--pack', packs[1] ?? '', '--markdown']);
    expect(page.stdout).toContain('| `address` | string | Its address |');
  });

  it("stands in the editors' schema", async () => {
    const { stdout, code } = await mendgate(['schema', '--packs', ...packs]);
    expect(code).toBe(0);
    const { $defs } = JSON.parse(stdout);
    expect(Object.keys($defs)).toEqual(
      expect.arrayContaining(['probe:motd.banner', 'action:hosts.entry', 'probe:file.stat']),
    );
    expect($defs.actionCall.properties['hosts.entry'].description).toContain('no other');
  });

  it('is told where it is wrong, by its own name', async () => {
    const file = write('named/bad.ts', 'export default {\n  name: ,\n};\n');
    const end = await mendgate(['schema', '--pack', file]);
    expect(end).toMatchObject({ code: 65, stdout: '' });
    expect(end.stderr).toContain(`${file}:2:9: error[pack/syntax]`);
    expect((await mendgate(['docs', '--pack', join(folder, 'none.ts')])).stderr).toContain('error[pack/missing]');
  });
});
