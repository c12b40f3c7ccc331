import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { mendgate } from './cli.ts';

const folder = process.getuid?.() === 0 ? '/var/lib/mendgate' : join(homedir(), '.local/state/mendgate');
const base = mkdtempSync(join(tmpdir(), 'mendgate-sweep-'));
const state = ['--state-dir', join(base, 'state')];
const reach = ['-i', 'swept,', '-c', 'local'];
const marker = (digit: string): string => join(folder, digit.repeat(64));
const made: string[] = [];
afterEach(() => {
  for (const each of made.splice(0)) rmSync(each, { recursive: true, force: true });
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

const runArgs = (dir: string, phase: string): readonly string[] => [
  ...['run', 'test/e2e/held.yaml', ...reach, '-e', `dir=${dir}`, '-e', `phase=${phase}`, '--yes', ...state],
];
const clean = (...more: readonly string[]) => mendgate(['runs', 'clean', '--hosts', ...more, ...state]);

function place(name: string): string {
  const dir = join(base, name);
  mkdirSync(dir);
  writeFileSync(join(dir, 'state'), 'broken\n');
  return dir;
}

/** As a run that broke off would have left it. */
function leave(digit: string, run: string): void {
  made.push(marker(digit));
  mkdirSync(marker(digit), { recursive: true });
  writeFileSync(join(marker(digit), 'meta'), `n 0-0 99999999 7 5 ${run}\n`);
}

const runs = (): readonly string[] => readdirSync(join(base, 'state', 'runs')).sort();

describe('runs clean --hosts', () => {
  let settled = '';
  let open = '';
  let dir = '';
  let child: ChildProcess;
  beforeAll(async () => {
    expect((await mendgate(runArgs(place('one'), 'none'))).code).toBe(0);
    [settled = ''] = runs();
    dir = place('two');
    child = spawn(process.execPath, [resolve('dist/cli/main.js'), ...runArgs(dir, 'fix')], { stdio: 'ignore' });
    for (let left = 1500; !existsSync(join(dir, 'begun')) && left > 0; left -= 1) await sleep(20);
    open = runs().find((run) => run !== settled) ?? '';
  });

  it('names what settled runs left, then removes it; a run that is under way, or broke off, keeps its own', async () => {
    leave('a', settled);
    leave('b', settled);
    leave('c', open);
    leave('d', 'theirs');
    const dry = await clean('-C');
    expect(dry.code, dry.stderr).toBe(0);
    expect(dry.stdout).toBe(`swept: 2 markers of run ${settled}\n`);
    expect(dry.stderr).toContain(`the markers of run ${open} stay: it is under way\n`);
    expect(dry.stderr).toContain('2 markers on 1 host would be removed\n');
    expect(existsSync(marker('a'))).toBe(true);
    child.kill('SIGKILL');
    await new Promise((gone) => child.once('exit', gone));
    const done = await clean();
    expect(done.code, done.stderr).toBe(0);
    expect(done.stdout).toBe(`swept: 2 markers of run ${settled}\n`);
    expect(done.stderr).toContain(
      `the markers of run ${open} stay: it has not ended; mendgate resume ${open} goes on with it\n`,
    );
    expect(['a', 'b', 'c', 'd'].map((digit) => existsSync(marker(digit)))).toEqual([false, false, true, true]);
    expect((await clean()).stderr).toContain('0 markers on 1 host removed\n');
    writeFileSync(join(dir, 'go'), '');
    const resumed = await mendgate(['resume', open, '--yes', ...state]);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(readFileSync(join(dir, 'effects'), 'utf8')).toBe('fixed\n');
    expect((await clean()).stdout).toBe(`swept: 1 marker of run ${open}\n`);
    // Root's markers of all tests on this machine lie in one folder.
  }, 120_000);

  it('names hosts that cannot be asked, and ends with 4', async () => {
    const inventory = join(base, 'inventory.yaml');
    writeFileSync(inventory, 'hosts: { down: { connect: { address: 127.0.0.1, port: 1 } } }\n');
    const { code, stdout, stderr } = await clean('-i', inventory);
    expect(code, stderr).toBe(4);
    expect(stdout).toMatch(/^down: could not be asked: .*refused/);
    expect(stderr).toContain('0 markers on 0 hosts removed, 1 host could not be asked\n');
  });

  it('touches nothing where no host matches', async () => {
    const { code, stderr } = await clean('-l', 'nobody');
    expect(code).toBe(66);
    expect(stderr).toContain('no host matches -l nobody; nothing was touched');
  });

  it('refuses an age at which others still need them, and options that are about hosts without --hosts', async () => {
    expect(await clean('--unknown', '6d')).toMatchObject({ code: 64 });
    for (const option of [
      ['-l', 'x'],
      ['--unknown', '9d'],
    ]) {
      expect(await mendgate(['runs', 'clean', ...option, ...state])).toMatchObject({ code: 64 });
    }
  });
});
