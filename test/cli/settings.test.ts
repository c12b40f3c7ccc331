import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mendgate-settings-'));
  mkdirSync(join(folder, 'home/mendgate'), { recursive: true });
  mkdirSync(join(folder, 'here'));
  writeFileSync(join(folder, 'here/hosts'), 'web1\nweb2\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const here = (text: string, name = 'here/mendgate.yaml'): void => writeFileSync(join(folder, name), text);
const atHome = (text: string): void => here(text, 'home/mendgate/mendgate.yaml');

interface End {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}
function mendgate(args: readonly string[], env: { readonly [name: string]: string } = {}): Promise<End> {
  const options = { cwd: join(folder, 'here'), env: { ...process.env, XDG_CONFIG_HOME: join(folder, 'home'), ...env } };
  return new Promise((done) => {
    execFile(process.execPath, [resolve('dist/cli/main.js'), ...args], options, (error, stdout, stderr) =>
      done({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

interface Row {
  readonly name: string;
  readonly value: string;
  readonly from: string;
}
async function shown(name: string, env: { readonly [name: string]: string } = {}): Promise<Row | undefined> {
  const { stdout } = await mendgate(['config', 'show', '--json'], env);
  return (JSON.parse(stdout) as readonly Row[]).find((row) => row.name === name);
}

describe('the nearest place that names a setting wins', () => {
  it('default, the user’s file, the folder’s file, the environment', async () => {
    expect(await shown('forks')).toEqual({ name: 'forks', value: '20', from: 'default' });
    atHome('forks: 3\nuser: ann\n');
    expect(await shown('forks')).toMatchObject({ value: '3', from: join(folder, 'home/mendgate/mendgate.yaml:1') });
    here('# ours\nforks: 4\n');
    expect(await shown('forks')).toMatchObject({ value: '4', from: 'mendgate.yaml:2' });
    expect(await shown('user')).toMatchObject({ value: 'ann' });
    expect(await shown('forks', { MENDGATE_FORKS: '5' })).toMatchObject({ value: '5', from: 'MENDGATE_FORKS' });
  });

  it('the command line over all of them', async () => {
    here('inventory: hosts\n');
    expect((await mendgate(['hosts'])).stdout).toBe('web1\nweb2\n');
    expect((await mendgate(['hosts'], { MENDGATE_INVENTORY: 'db1,' })).stdout).toBe('db1\n');
    expect((await mendgate(['hosts', '-i', 'lb1,'], { MENDGATE_INVENTORY: 'db1,' })).stdout).toBe('lb1\n');
  });

  it('MENDGATE_CONFIG stands for the folder’s file, and its paths are meant from where it lies', async () => {
    here('forks: 4\n');
    here('inventory: here/hosts\n', 'other.yaml');
    const env = { MENDGATE_CONFIG: join(folder, 'other.yaml') };
    expect((await mendgate(['hosts'], env)).stdout).toBe('web1\nweb2\n');
    expect(await shown('forks', env)).toMatchObject({ from: 'default' });
    expect((await mendgate(['hosts'], { MENDGATE_CONFIG: 'nowhere.yaml' })).code).toBe(64);
  });

  it('a program to notify, and a file behind a label, lie beside that file too; a bare name and a URL stay', async () => {
    const target = join(folder, 'target');
    writeFileSync(join(folder, 'tell me.sh'), `#!/bin/sh\ncat >'${target}'\n`, { mode: 0o755 });
    here("notify: ['./tell\\ me.sh now', 'cat -', 'http://127.0.0.1:1/x']\nvault-id: prod@keys/prod\n", 'other.yaml');
    const env = { MENDGATE_CONFIG: '../other.yaml' };
    const program = `'${join(folder, 'tell me.sh')}'`;
    expect(await shown('notify', env)).toMatchObject({ value: `${program} now cat - http://127.0.0.1:1/x` });
    expect(await shown('vault-id', env)).toMatchObject({ value: 'prod@../keys/prod' });
  });

  it('a file of comments only sets nothing', async () => {
    here('# nothing yet\n\n');
    expect(await mendgate(['hosts', '-i', 'web1,'])).toEqual({ code: 0, stdout: 'web1\n', stderr: '' });
  });
});

it('hosts of the inventory in the settings are completed', async () => {
  here('inventory: hosts\n');
  expect((await mendgate(['__complete', '--', 'run', '-l', 'we'])).stdout).toBe('web1\tweb1\nweb2\tweb2\n');
});

it('runs are completed from the state directory of the settings', async () => {
  const book = resolve('test/e2e/state-file.yaml');
  const args = [
    'run',
    book,
    '-C',
    '-i',
    'here,',
    '-c',
    'local',
    '-e',
    `root=${folder}`,
    '--state-dir',
    `${folder}/kept`,
  ];
  await mendgate(args);
  const [run = ''] = readdirSync(join(folder, 'kept/runs'));
  expect(run).not.toBe('');
  const complete = ['__complete', '--', 'runs', 'show', ''];
  expect((await mendgate(complete, { MENDGATE_STATE_DIR: join(folder, 'kept') })).stdout).toContain(run);
  here('state-dir: ../kept\n');
  expect((await mendgate(complete)).stdout).toContain(run);
});

it('a setting reaches only commands about hosts and runs: `output` of lint is another', async () => {
  here('output: lines\n');
  expect((await mendgate(['lint', '--explain'])).code).toBe(0);
});

describe('settings that are wrong end the command before anything is done', () => {
  it.each([
    ['forsk: 3\n', 65, /mendgate\.yaml:1:1: error\[settings\/unknown\].*\n(.*\n)*.*did you mean `forks`/],
    ['yes: true\n', 65, /unknown setting `yes`/],
    ['become: "yes"\n', 65, /`become` must be true or false/],
    ['forks: [1, 2]\n', 65, /`forks` must be a text or a number/],
    ['- forks\n', 65, /settings are a mapping/],
    ['forks: many\n', 64, /forks \(mendgate\.yaml:1\): expected a number from 1 up/],
    ['host-key: lax\n', 64, /host-key \(mendgate\.yaml:1\): Allowed choices are strict, accept-new/],
  ])('%j', async (text, code, message) => {
    here(text);
    const end = await mendgate(['hosts', '-i', 'web1,']);
    expect(end.stderr).toMatch(message);
    expect(end.stdout).toBe('');
    expect(end.code).toBe(code);
  });

  it.each([
    ['forks: 0\n', {}, /forks \(mendgate\.yaml:1\): expected a number from 1 up/],
    ['host-key: off\n', {}, /host-key \(mendgate\.yaml:1\): Allowed choices/],
    ['output: nice\n', {}, /output \(mendgate\.yaml:1\): Allowed choices are live/],
    ['notify: ./no-such\n', {}, /--notify: there is no program .*no-such/],
    ['', { MENDGATE_FORKS: 'x' }, /forks \(MENDGATE_FORKS\): expected a number/],
  ])('config show says so too, and ends as the command would: %j %j', async (text, env, message) => {
    here(text === '' ? '# none\n' : text);
    const end = await mendgate(['config', 'show'], env);
    expect(end.stderr).toMatch(message);
    expect(end.stdout).toMatch(/^inventory/);
    expect(end.code).toBe(64);
  });

  it('a file that everybody may write is not read, and that is said', async () => {
    here('inventory: hosts\n');
    chmodSync(join(folder, 'here'), 0o777);
    const end = await mendgate(['hosts']);
    expect(end.stderr).toContain('mendgate.yaml is not read: everybody may write there');
    expect(end.stdout).toBe('');
  });

  it('the password in a URL is not shown', async () => {
    here('notify: https://me:hunter2@chat.example.org/x\n');
    const { stdout, code } = await mendgate(['config', 'show']);
    expect(stdout).toContain('https://me:***@chat.example.org/x');
    expect(code).toBe(0);
  });

  it('a variable that is no setting is named by config show', async () => {
    const { stderr } = await mendgate(['config', 'show'], { MENDGATE_FORSK: '3' });
    expect(stderr).toContain('MENDGATE_FORSK is no setting');
  });
});
