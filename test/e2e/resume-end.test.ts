import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { journalPath, runDirectory } from '../../src/journal/places.ts';
import { mendgate } from './cli.ts';

/** One step that writes a file; `holds`: what its verify says of it. */
const book = (path: string, holds: string): string => `runbook: write
title: Write a file
steps:
  - id: write
    title: Write it
    fix: [{ file.content: { path: ${path}, content: "mine\\n" } }]
    verify: { probes: { now: { file.stat: { path: ${path} } } }, that: "${holds}" }
`;

let folder: string;
let state: readonly string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mendgate-resume-'));
  state = ['--state-dir', join(folder, 'state')];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function run(holds: string): Promise<{ readonly run: string; readonly exitCode: number | null }> {
  const file = join(folder, 'book.yaml');
  writeFileSync(file, book(join(folder, 'made'), holds));
  const ended = await mendgate(['run', file, '-i', 'here,', '-c', 'local', '--yes', '--json', ...state]);
  const [first = ''] = ended.stdout.split('\n');
  return { run: (JSON.parse(first) as { run: string }).run, exitCode: ended.code };
}

describe('resume of a run that has ended on every host', () => {
  it('ends as the run did, touches nothing, and says how to take it back', async () => {
    const { run: id } = await run('now.exists');
    const { code, stderr } = await mendgate(['resume', id, '--yes', ...state]);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(`Run ${id} has ended on every host (1 fixed): nothing is left to go on with.`);
    expect(stderr).toContain('No host was touched.');
    expect(stderr).toContain(`mendgate undo ${id} --state-dir`);
  });

  it('keeps the exit code of a bad end, and names the option that tries again', async () => {
    const { run: id, exitCode } = await run('!now.exists');
    const { code, stderr } = await mendgate(['resume', id, '--yes', ...state]);
    expect([exitCode, code], stderr).toEqual([2, 2]);
    expect(stderr).toContain(`mendgate resume ${id} --failed --state-dir`);
  });

  it('names one call for hosts that failed and hosts that did not answer, which tries both again', async () => {
    const file = join(folder, 'book.yaml');
    writeFileSync(file, book(join(folder, 'made'), '!now.exists'));
    const hosts = 'here: { connect: { transport: local } }, gone: { connect: { address: 127.0.0.1, port: 1 } }';
    writeFileSync(join(folder, 'hosts.yaml'), `inventory: two\nhosts: { ${hosts} }\n`);
    const first = await mendgate(['run', file, '-i', join(folder, 'hosts.yaml'), '--yes', ...state]);
    const [, command = ''] = /^To go on with these hosts: mendgate (.*)$/m.exec(first.stderr) ?? [];
    expect(command).toMatch(/^resume \S+ --failed --unreachable --state-dir /);
    const again = await mendgate([...command.split(' '), '--yes', '--json']);
    expect(again.stdout).toContain('"type":"run.resumed","hosts":["here","gone"]');
  });

  it('finds no host where none ended as it was asked for', async () => {
    const { run: id } = await run('now.exists');
    const { code, stderr } = await mendgate(['resume', id, '--yes', '--unreachable', ...state]);
    expect(code).toBe(66);
    expect(stderr).toContain(`no host of run ${id} ended unreachable`);
  });

  it('goes on with nothing that an undo took back since, and says so', async () => {
    const { run: id } = await run('now.exists');
    const path = journalPath(runDirectory(join(folder, 'state'), id));
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    writeFileSync(path, `${lines.slice(0, -2).join('\n')}\n`);
    expect(await mendgate(['undo', id, '--yes', ...state])).toMatchObject({ code: 0 });
    const { code, stdout, stderr } = await mendgate(['resume', id, '--yes', ...state]);
    expect(code, stderr).toBe(5);
    expect(stdout).toMatch(/undone since, by \S+: [\s\S]*run its runbook again/);
    expect(existsSync(join(folder, 'made'))).toBe(false);
    // The host has ended now: it is tried again as it stands.
    expect(await mendgate(['resume', id, '--failed', '--yes', ...state])).toMatchObject({ code: 0 });
    expect(readFileSync(join(folder, 'made'), 'utf8')).toBe('mine\n');
  });

  it('shows the whole run at its end, like the run itself', async () => {
    const { run: id } = await run('now.exists');
    const path = journalPath(runDirectory(join(folder, 'state'), id));
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    writeFileSync(path, `${lines.slice(0, -2).join('\n')}\n`);
    const { code, stdout, stderr } = await mendgate(['resume', id, '--yes', ...state]);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('write: Write a file (1 of 1 hosts)');
    expect(stderr).toContain(`goes on with run ${id} on 1 host\n`);
    expect(stdout).toMatch(/fixed +here\n\n1 host: 1 fixed; 1 change; /);
  });

  it('writes the end down where the run was killed just before that', async () => {
    const { run: id } = await run('now.exists');
    const path = journalPath(runDirectory(join(folder, 'state'), id));
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    writeFileSync(path, `${lines.slice(0, -1).join('\n')}\n`);
    const { code, stderr } = await mendgate(['resume', id, '--yes', ...state]);
    expect(code, stderr).toBe(0);
    const end = JSON.parse(readFileSync(path, 'utf8').trimEnd().split('\n').at(-1) ?? '') as object;
    expect(end).toMatchObject({ type: 'run.finished', exitCode: 0, verdicts: { fixed: 1 } });
  });
});

describe('resume of a run with params', () => {
  const withParams = (path: string): string =>
    book(path, 'now.exists').replace(
      'steps:',
      'params: { items: { type: list, of: string, default: [x, y] }, note: { type: string, default: "" } }\nsteps:',
    );
  const broken = async (...given: readonly string[]): Promise<string> => {
    const file = join(folder, 'book.yaml');
    writeFileSync(file, withParams(join(folder, 'made')));
    const ended = await mendgate(['run', file, '-i', 'here,', '-c', 'local', '--yes', '--json', ...given, ...state]);
    const [first = ''] = ended.stdout.split('\n');
    const { run: id } = JSON.parse(first) as { run: string };
    const path = journalPath(runDirectory(join(folder, 'state'), id));
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    writeFileSync(path, `${lines.slice(0, -2).join('\n')}\n`);
    return id;
  };

  it('refuses another value than the run was given, or had by default', async () => {
    const id = await broken('-e', 'note=mine');
    for (const [name, other] of [
      ['note', 'note=other'],
      ['items', 'items=x'],
    ] as const) {
      const { code, stderr } = await mendgate(['resume', id, '--yes', '-e', other, ...state]);
      expect(code, stderr).toBe(64);
      expect(stderr).toContain(`param ${name} is not what run ${id} was given`);
    }
    expect(await mendgate(['resume', id, '--yes', '-e', 'note=mine', '-e', 'items=x,y', ...state])).toMatchObject({
      code: 0,
    });
  });
});
