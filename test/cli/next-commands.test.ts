import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

let folder: string;
const names = Array.from({ length: 9 }, (_, at) => `web${at + 1}`);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mendgate-next-'));
  const hosts = names.map((name) => `  ${name}: { connect: { address: 127.0.0.1, port: 1 } }\n`);
  writeFileSync(join(folder, 'inventory.yaml'), `inventory: nobody\nhosts:\n${hosts.join('')}`);
  const program = `#!/bin/sh\nexec '${process.execPath}' '${resolve('dist/cli/main.js')}' "$@"\n`;
  writeFileSync(join(folder, 'mendgate'), program);
  chmodSync(join(folder, 'mendgate'), 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** In a folder of its own, where nothing is kept but what it is told of. */
const env = () => ({
  ...process.env,
  PATH: `${folder}:${process.env['PATH']}`,
  XDG_STATE_HOME: join(folder, 'elsewhere'),
});

it('what the end of a run says to type finds the run, in a --state-dir too', () => {
  const runbook = resolve('runbooks/systemd-unit-failed.yaml');
  const args = [runbook, '-i', 'inventory.yaml', '-e', 'unit=x', '--yes', '--state-dir', 'my runs'];
  const { stdout, status } = spawnSync('mendgate', ['run', ...args], { cwd: folder, env: env(), encoding: 'utf8' });
  expect(status).toBe(4);
  const commands = stdout.split('\n').flatMap((line) => /^ {2}(mendgate .*?) {2,}/.exec(line)?.[1] ?? []);
  expect(commands).toHaveLength(2);
  const [show = '', again = ''] = commands;
  execFileSync('sh', ['-c', show], { cwd: folder, env: env() });
  expect(readFileSync(join(folder, 'bad.txt'), 'utf8').trim().split('\n')).toEqual(names);
  expect(again).toMatch(/ -i inventory\.yaml -l @bad\.txt -e unit=x --dry-run --state-dir 'my runs'$/);
});

it('what a dry run says to type makes its changes: on its hosts, with its params, and nowhere else', () => {
  writeFileSync(join(folder, 'here.yaml'), `inventory: here\nhosts:\n${names.map(local).join('')}`);
  const note = join(folder, 'the note');
  const params = 'params: { path: { type: string }, text: { type: string } }\n';
  const fix = 'fix: [{ file.content: { path: "${{ params.path }}", content: "${{ params.text }}" } }]';
  writeFileSync(
    join(folder, 'a note.yaml'),
    `runbook: note\ntitle: A note\n${params}steps:\n  - { id: write, title: Write, ${fix} }\n`,
  );
  const args = ['a note.yaml', '-i', 'here.yaml', '-l', 'web2', '-e', `path=${note}`, '-e', "text=it's new", '-C'];
  const dry = spawnSync('mendgate', ['run', ...args], { cwd: folder, env: env(), encoding: 'utf8' });
  const [command = ''] = dry.stdout
    .split('\n')
    .flatMap((line) => /^ {2}(mendgate .*?)(?: {2,}|$)/.exec(line)?.[1] ?? []);
  const typed = spawnSync('sh', ['-c', `${command} --yes --json`], { cwd: folder, env: env(), encoding: 'utf8' });
  expect(typed.stdout).toContain('"hosts":["web2"]');
  expect(readFileSync(note, 'utf8')).toBe("it's new");

  const report = spawnSync('mendgate', ['runs', 'report', 'last'], { cwd: folder, env: env(), encoding: 'utf8' });
  expect(report.stdout).toContain('mendgate undo');
});

it('an undo that was refused says how to go on with it, and that goes on', () => {
  const note = join(folder, 'undone');
  const run = (...words: readonly string[]) =>
    spawnSync('mendgate', [...words, '--state-dir', 'undos'], { cwd: folder, env: env(), encoding: 'utf8' });
  const make = ['a note.yaml', '-i', 'here.yaml', '-l', 'web4', '-e', `path=${note}`, '-e', 'text=mine', '--yes'];
  expect(run('run', ...make).status).toBe(0);
  writeFileSync(note, 'by hand');
  const refused = run('undo', 'last', '-l', 'web4', '--yes');
  expect(refused.status).toBe(5);
  const commands = refused.stdout.split('\n').flatMap((line) => /^ {2}(mendgate .*?)(?: {2,}|$)/.exec(line)?.[1] ?? []);
  expect(commands).toEqual([expect.stringMatching(/^mendgate undo .* -l web4 --dry-run/), expect.any(String)]);
  writeFileSync(note, 'mine');
  const typed = spawnSync('sh', ['-c', `${commands[1]} --yes`], { cwd: folder, env: env(), encoding: 'utf8' });
  expect([typed.status, existsSync(note)]).toEqual([0, false]);
});

const local = (name: string): string => `  ${name}: { connect: { address: localhost, transport: local } }\n`;

it('a saved plan is carried out by apply alone, and shows whoever approves it in which portions', () => {
  const options = [
    '-i',
    'here.yaml',
    '-l',
    'web3',
    '-e',
    `path=${join(folder, 'other')}`,
    '-e',
    'text=x',
    '--state-dir',
    'plans',
  ];
  const bounds = ['--batches', '1,20%', '--pause', '3m', '--max-fail', '1', '--max-changed', '20'];
  const plan = ['plan', 'a note.yaml', ...options, ...bounds, '-o', 'night.plan'];
  const made = spawnSync('mendgate', plan, { cwd: folder, env: env(), encoding: 'utf8' });
  expect(made.stderr).toContain('mendgate apply night.plan --state-dir plans');
  expect(made.stdout).not.toContain('mendgate run');
  const shown = spawnSync('mendgate', ['plan', '--show', 'night.plan'], { cwd: folder, env: env(), encoding: 'utf8' });
  const text = shown.stdout.replace(/\s+/g, ' ');
  expect(text).toContain('in batches of 1, 20%, each diagnosis proved on one host first; pause 3m00s; max_fail 1');
  expect(shown.stdout).toContain('max changed 20');
});
