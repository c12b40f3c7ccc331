import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mendgate } from './cli.ts';

const base = mkdtempSync(join(tmpdir(), 'mendgate-locks-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

let dir: string;
let count = 0;
let running: ChildProcess[];
beforeEach(() => {
  count += 1;
  running = [];
  dir = join(base, String(count));
  mkdirSync(dir);
  writeFileSync(join(dir, 'state'), 'broken\n');
});
afterEach(() => {
  writeFileSync(join(dir, 'go'), '');
  for (const child of running) child.kill('SIGKILL');
});

const host = (): string => `locked-${count}`;
const reach = (): readonly string[] => ['-i', `${host()},`, '-c', 'local'];
const env = (): { readonly [name: string]: string } => ({ MENDGATE_LOCK_DIR: join(dir, 'locks') });
const args = (state: string, phase = 'none', ...more: readonly string[]): readonly string[] => [
  'run',
  'test/e2e/held.yaml',
  ...reach(),
  ...['-e', `dir=${dir}`, '-e', `phase=${phase}`, '--state-dir', join(dir, state), ...more],
];

const until = async (true_: () => boolean): Promise<void> => {
  for (let left = 1500; !true_() && left > 0; left -= 1) await sleep(20);
  expect(true_()).toBe(true);
};

/** A run that stands still in its fix. Gives its process, and its end. */
const holder = async (phase = 'fix') => {
  const line = [resolve('dist/cli/main.js'), ...args('one', phase, '--yes', '--lock-comment', 'quarterly "patch"')];
  const child = spawn(process.execPath, line, { env: { ...process.env, ...env() }, stdio: 'ignore' });
  running.push(child);
  const ended = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));
  await until(() => existsSync(join(dir, 'begun')));
  return { child, ended };
};

describe('a host that a run is at', () => {
  it('is refused to another run, which names the first; a dry run says so in a note; then it is free', async () => {
    const { ended } = await holder();
    const other = await mendgate(args('two', 'none', '--yes'), env());
    expect(other.code, other.stderr).toBe(5);
    expect(other.stdout + other.stderr).toMatch(
      /locked by run \d{4}-\S+ of \S+@\S+ since .* UTC \(quarterly "patch"\)/,
    );
    const dry = await mendgate(args('two', 'none', '-C'), env());
    expect(dry.code).toBe(0);
    expect(dry.stdout).toMatch(/locked by run .*: a real run would be refused now/);
    writeFileSync(join(dir, 'go'), '');
    expect(await ended).toBe(0);
    expect(readFileSync(join(dir, 'effects'), 'utf8')).toBe('fixed\n');
    writeFileSync(join(dir, 'state'), 'broken\n');
    expect((await mendgate(args('two', 'none', '--yes'), env())).code).toBe(0);
    expect(readdirSync(join(dir, 'locks'))).toEqual([]);
  });

  it('from the same control node is refused at once, and its journal is not written by two', async () => {
    const { child, ended } = await holder();
    const other = await mendgate(args('one', 'none', '--yes'), env());
    expect(other.code).toBe(5);
    expect(other.stderr).toMatch(new RegExp(`process ${child.pid}, run \\d{4}-\\S+, since`));
    expect(other.stderr).toContain('No host was touched.');
    const resumed = await mendgate(['resume', 'last', '--yes', '--state-dir', join(dir, 'one'), '-c', 'local'], env());
    expect(resumed.code, resumed.stderr).toBe(5);
    writeFileSync(join(dir, 'go'), '');
    expect(await ended).toBe(0);
  });

  it('is free at once when its controller is killed with -9, though not while its fix still runs there', async () => {
    const { child, ended } = await holder();
    child.kill('SIGKILL');
    await ended;
    const during = await mendgate(args('two', 'none', '--yes'), env());
    expect(during.code, during.stdout).toBe(5);
    expect(during.stdout + during.stderr).toContain('a fix of it still runs on the host');
    writeFileSync(join(dir, 'go'), '');
    await until(() => existsSync(join(dir, 'effects')));
    await sleep(300);
    writeFileSync(join(dir, 'state'), 'broken\n');
    expect((await mendgate(args('two', 'none', '--yes'), env())).code).toBe(0);
  });

  it('is given free by unlock, with the digits that the refused run told', async () => {
    const { ended } = await holder();
    const unlock = (nonce: string) => mendgate(['unlock', ...reach(), '-l', host(), '--nonce', nonce], env());
    const wrong = await unlock('0123456789abcdef');
    expect(wrong.code).toBe(5);
    const nonce = /nonce ([0-9a-f]+)/.exec(wrong.stdout)?.[1] ?? '';
    const right = await unlock(nonce);
    expect({ code: right.code, said: right.stdout }).toEqual({ code: 0, said: `${host()}: unlocked\n` });
    expect((await unlock(nonce)).stdout).toBe(`${host()}: was not locked\n`);
    expect((await mendgate(['unlock', ...reach(), '--nonce', nonce], env())).code).toBe(64);
    writeFileSync(join(dir, 'go'), '');
    await ended;
  });
});
