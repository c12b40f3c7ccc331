import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mendgate } from '../e2e/cli.ts';

const mistakes = 'test/fixtures/lint/twelve-mistakes.yaml';
const local = ['-i', 'here,', '-c', 'local'];

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'mendgate-authoring-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('mendgate lint', () => {
  it('tells all at once, and ends with 65 where the runbook cannot run', async () => {
    const end = await mendgate(['lint', mistakes]);
    expect(end.code).toBe(65);
    expect(end.stderr).toMatch(/twelve-mistakes\.yaml:27:\d+: error\[lint\/setenforce\]/);
    expect(end.stderr).toMatch(/8 errors, 4 warnings/);
    expect(end.stdout).toMatch(/12 findings/);
  });
  it('and validate say of another file what it is; test cases they check as such', async () => {
    const hosts = join(dir, 'inventory.yaml');
    writeFileSync(hosts, 'groups:\n  web: { hosts: [web1] }\n');
    const cases = join(dir, 'kept.test.yaml');
    const renamed = join(dir, 'cases.yaml');
    const wrong = join(dir, 'wrong.test.yaml');
    writeFileSync(
      join(dir, 'kept.yaml'),
      'runbook: kept\ntitle: x\nsteps:\n  - { id: one, probes: { f: { core.facts: {} } }, verify: { that: f.ostree } }\n',
    );
    for (const file of [cases, renamed]) writeFileSync(file, 'runbook: kept.yaml\ncases: [{ name: one, dry: {} }]\n');
    writeFileSync(wrong, 'runbook: kept.yaml\ncases: [{ name: one, dry: { steps: { two: ok } } }]\n');
    for (const command of ['validate', 'lint']) {
      const end = await mendgate([command, hosts]);
      expect(end.code).toBe(65);
      expect(end.stderr).toContain(`${hosts}:1:1: error[runbook/is-inventory]: this is an inventory, not a runbook\n`);
      expect(end.stderr).toContain(`help: look at it with: mendgate hosts -i ${hosts}\n`);
      expect(await mendgate([command, cases, renamed])).toMatchObject({ code: 0, stderr: '' });
      expect((await mendgate([command, wrong])).stderr).toContain('wrong.test.yaml:2:38: error[test/unknown-step]');
    }
    expect((await mendgate(['validate', cases])).stdout).toBe(`${cases}: valid, 1 case\n`);
    const list = await mendgate(['run', renamed, '--dry-run', ...local]);
    expect(list).toMatchObject({ code: 65 });
    expect(list.stderr).toContain(`help: run it with: mendgate test ${renamed}\n`);
  });
  it('ends with 2 for a finding, with 0 for none and for what is waived', async () => {
    const text = (comment: string): string =>
      `runbook: x\ntitle: x\nsteps:\n  - id: one\n    fix:\n      - service.state: { name: auditd, enabled: false }${comment}\n`;
    const [bad, waived] = [join(dir, 'bad.yaml'), join(dir, 'waived.yaml')];
    writeFileSync(bad, text(''));
    writeFileSync(waived, text('  # lint: allow auditd-off until 2999-01-01: no audit in this container'));
    expect((await mendgate(['lint', bad])).code).toBe(2);
    const good = await mendgate(['lint', waived, 'runbooks/nginx-502-permission-denied.yaml']);
    expect(good.code).toBe(0);
    expect(good.stdout).toMatch(/waived\.yaml: nothing found, 1 finding waived/);
  });
  it('prints JSON and SARIF for programs', async () => {
    const json = JSON.parse((await mendgate(['lint', mistakes, '--json'])).stdout) as { findings: unknown[] };
    expect(json.findings).toHaveLength(12);
    expect(json.findings[0]).toMatchObject({ code: 'lint/unused-param', file: mistakes, line: 6, col: 3 });
    const sarif = JSON.parse((await mendgate(['lint', mistakes, '--output', 'sarif'])).stdout) as { version: string };
    expect(sarif.version).toBe('2.1.0');
  });
  it('explains a rule, lists them, and knows no others', async () => {
    expect((await mendgate(['lint', '--explain', 'setenforce'])).stdout).toMatch(/The better way:.*selinux\.remedies/);
    expect((await mendgate(['lint', '--explain'])).stdout).toMatch(/lint\/no-verify +a fix without verify/);
    expect((await mendgate(['lint', '--explain', 'nope'])).code).toBe(64);
  });
});

describe('mendgate new', () => {
  const rows: readonly (readonly [string, string, readonly string[], string | undefined])[] = [
    ['runbook', 'restart-app', ['restart-app.yaml', 'restart-app.test.yaml'], 'restart-app.yaml'],
    ['step', 'run-unit', ['steps/run-unit.yaml', 'steps/run-unit.test.yaml'], 'steps/run-unit.yaml'],
    [
      'pack',
      'app-setting',
      ['packs/app-setting.ts', 'packs/app-setting.yaml', 'packs/app-setting.test.yaml'],
      'packs/app-setting.yaml',
    ],
    ['inventory', 'hosts', ['hosts.yaml'], undefined],
  ];
  it.each(rows)('%s %s is valid at once, and its test passes', async (kind, name, files, runbook) => {
    const folder = mkdtempSync(join(dir, `${kind}-`));
    const made = await mendgate(['new', kind, name], {}, folder);
    expect(made.code, made.stderr).toBe(0);
    const there = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\./.test(file));
    expect(there.sort()).toEqual([...files].sort());
    if (runbook === undefined) {
      const hosts = await mendgate(['hosts', '--vars', '-i', join(folder, `${name}.yaml`)]);
      expect(hosts.stdout).toMatch(/web02\.example\.com.*\n {2}unit = "nginx\.service"/);
      return;
    }
    const lint = await mendgate(['lint', join(folder, runbook)]);
    expect(lint.stderr + lint.stdout).toMatch(/nothing found/);
    expect(lint.code).toBe(0);
    const test = await mendgate([
      'test',
      join(folder, runbook.replace('.yaml', '.test.yaml')),
      '--coverage',
      '--mutate',
    ]);
    expect(test.stdout).toMatch(/all passed/);
    expect(test.stdout).toMatch(/each is noticed/);
    expect(test.stdout).toMatch(/\(100 %\)/);
    expect(test.code).toBe(0);
  });
  it('writes over nothing, and takes no name that is none', async () => {
    expect((await mendgate(['new', 'runbook', 'twice'], {}, dir)).code).toBe(0);
    writeFileSync(join(dir, 'twice.yaml'), 'mine');
    const again = await mendgate(['new', 'runbook', 'twice'], {}, dir);
    expect(again.code).toBe(64);
    expect(again.stderr).toMatch(/is there already; nothing was written/);
    for (const args of [
      ['runbook', 'Bad Name'],
      ['playbook', 'x'],
      ['runbook', '..'],
    ])
      expect((await mendgate(['new', ...args], {}, dir)).code, args.join(' ')).toBe(64);
  });
  it.each(['runbook', 'step', 'pack', 'inventory'])(
    'writes a %s only where one is: a path is no name',
    async (kind) => {
      const folder = mkdtempSync(join(dir, 'inside-'));
      for (const given of ['../above', 'below/x', join(dir, 'elsewhere'), './here']) {
        const end = await mendgate(['new', kind, given], {}, folder);
        expect(end.code, given).toBe(64);
        expect(end.stderr).toContain('a name has no path');
      }
      expect((await mendgate(['new', kind, '../above'], {}, folder)).stderr).toContain(
        `cd .. && mendgate new ${kind} above`,
      );
      expect(readdirSync(folder)).toEqual([]);
      expect(readdirSync(dir).filter((name) => /above|elsewhere/.test(name))).toEqual([]);
    },
  );
});

describe('looking into a run', () => {
  const state = { XDG_STATE_HOME: '' };
  let book: string;
  beforeAll(() => {
    state.XDG_STATE_HOME = join(dir, 'state');
    book = join(dir, 'two.yaml');
    const file = (name: string): string => join(dir, name);
    const step = (id: string, gate: string): string =>
      `  - id: ${id}\n    gate: ${gate}\n    conclude:\n      - { when: size(params.names) > 5, verdict: not_applicable, message: Too many. }\n    fix:\n      - file.content: { path: ${file(id)}, content: "x\\n" }\n    verify: { probes: { after_${id}: { file.stat: { path: ${file(id)} } } }, that: after_${id}.exists }\n`;
    writeFileSync(
      book,
      `runbook: two\ntitle: Two files\nparams: { names: { type: list, of: string, default: [a] } }\nsteps:\n  - id: look\n    probes: { tmp: { file.stat: { path: ${dir} } } }\n    verify: { that: tmp.exists }\n${step('first', 'tmp.exists && size(params.names) == 1')}${step('second', '"params.names.exists(n, n == \\"b\\")"')}`,
    );
  });

  it('run --trace tells each expression with its parts', async () => {
    const end = await mendgate(['run', book, ...local, '--dry-run', '--trace'], state);
    expect(end.stderr).toMatch(
      /first gate: tmp\.exists && size\(params\.names\) == 1 = true\n +tmp\.exists = true\n +size\(params\.names\) == 1 = true\n +size\(params\.names\) = 1/,
    );
    expect(end.stderr).toMatch(/first conclude 1: size\(params\.names\) > 5 = false/);
    expect(end.stderr).toMatch(
      /second gate: .* = false\n +params\.names = \["a"\]\n +n == "b" \(n = params\.names\[0\]\) = false/,
    );
    expect(end.code).toBe(0);
  });

  it('explain RUNBOOK tells it without a run, explain HOST from what a run has kept', async () => {
    const now = await mendgate(['explain', book, ...local], state);
    expect(now.stdout).toMatch(/second gate: .* = false/);
    expect(now.stdout).toMatch(/look\.tmp = file\.stat/);
    await mendgate(['run', book, ...local, '--dry-run'], state);
    const kept = await mendgate(['explain', 'here'], state);
    expect(kept.stdout).toMatch(/first: open\n.*tmp\.exists && size/);
    expect(kept.stdout).toMatch(/tmp\.exists = true/);
    expect(kept.stderr).toMatch(/--trace keeps every expression/);
    await mendgate(['run', book, ...local, '--dry-run', '--trace'], state);
    expect((await mendgate(['explain', 'here', '--run', 'last'], state)).stdout).toMatch(/conclude 1: size/);
    expect((await mendgate(['explain', 'nobody'], state)).stderr).toMatch(/nobody is no host of run .*: here/);
  });

  it('eval shows what was typed where it is wrong: no file that nobody has seen', async () => {
    const shown = async (...args: readonly string[]): Promise<string> => {
      const end = await mendgate(['eval', ...args, ...local], state);
      expect(end.code).toBe(65);
      expect(end.stderr).not.toMatch(/command line|outputs|value:/);
      return end.stderr;
    };
    expect(await shown('1 +')).toMatch(/^<expression>:1:\d: error\[cel\/\S+\]: .*\n {2}1 \| 1 \+\n/);
    expect(await shown('')).toMatch(/^<expression>:1:1: /);
    expect(await shown("  'it''s' == né")).toMatch(/\n {2}1 \| {3}'it''s' == né\n/);
    expect(await shown('true &&\n  nobody')).toMatch(/^<expression>:2:3: .*\n {2}2 \| {3}nobody\n {4}\| {3}\^{6}\n/);
    expect(await shown('f.exsts', '--probe', 'f=file.stat path=/')).toMatch(
      /^<expression>:1:3: .*\n {2}1 \| f\.exsts\n/,
    );
    expect(await shown('true', '--probe', 'f=file.stat pth=/')).toMatch(/^<probe f>:1:\d+: .*\n {2}1 \| "f": /);
  });
  it('eval tries an expression over probes, checked before any host is touched', async () => {
    const probe = ['--probe', `f=file.stat path="${dir}"`];
    const end = await mendgate(['eval', 'f.exists && has(f.mode)', ...probe, ...local], state);
    expect(end.stdout).toMatch(/^here: true\n {2}f\.exists = true\n/);
    expect(end.code).toBe(0);
    const typo = await mendgate(['eval', 'f.exsts', ...probe, ...local], state);
    expect(typo.stderr).toMatch(/ \| f\.exsts\n.*\^+\n.*did you mean `exists`/);
    expect(typo.code).toBe(65);
    expect((await mendgate(['eval', 'f', '--probe', 'f', ...local], state)).code).toBe(64);
    expect((await mendgate(['eval', 'true', '--probe', 'f=file.content', ...local], state)).stderr).toMatch(/path/);
    const action = await mendgate(['eval', 'true', '--probe', 'f=service.state name=x', ...local], state);
    expect(action.stderr).toMatch(/is an action, and a probe must stand here/);
  });

  it.each([
    ['a command', (path: string) => `p=core.command command='["rm","${path}"]'`],
    ['a command in another', (path: string) => `p=core.command command='["sudo","sh","-c","rm ${path}"]'`],
    ['a command that is evaluated', (path: string) => `p=core.command command='\${{ ["rm", "${path}"] }}'`],
    ['a script', (path: string) => `p=core.script script="rm ${path}"`],
  ])('eval sends nothing that is known to change a host: %s', async (_what, probe) => {
    const file = join(dir, 'kept-by-eval');
    writeFileSync(file, '');
    const end = await mendgate(['eval', 'p.rc == 0', '--probe', probe(file), ...local], state);
    expect(end.stdout).toMatch(/^here: unknown \(core\.\w+ must only read, and `rm` changes the host/);
    expect(end.code).toBe(2);
    expect(existsSync(file)).toBe(true);
  });

  it('--until leaves out the fixes of later steps', async () => {
    const only = await mendgate(['run', book, ...local, '-e', 'names=b', '--dry-run', '--until', 'first', '-v'], state);
    expect(only.stdout).toMatch(/would change +first/);
    expect(only.stdout).toMatch(/not chosen by tags, --start-at or --until/);
    const wrong = await mendgate(['run', book, ...local, '--dry-run', '--until', 'nope'], state);
    expect(wrong.code).toBe(64);
    expect(wrong.stderr).toMatch(/--until nope: no such step \(steps: look, first, second\)/);
    const turned = ['--start-at', 'second', '--until', 'first'];
    expect((await mendgate(['run', book, ...local, '--dry-run', ...turned], state)).code).toBe(64);
  });

  it('--step wants a terminal', async () => {
    const end = await mendgate(['run', book, ...local, '--dry-run', '--step'], state);
    expect(end.code).toBe(64);
    expect(end.stderr).toMatch(/there is no terminal/);
  });
});
