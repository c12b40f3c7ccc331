import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onTerminal, terminalIsHere } from '../cli/on-terminal.ts';
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
    expect(during.stdout + during.stderr).toMatch(
      /a fix of it still runs on the host: wait for its end, or go on with that run \(mendgate resume \d{4}-\S+\); mendgate unlock/,
    );
    writeFileSync(join(dir, 'go'), '');
    await until(() => existsSync(join(dir, 'effects')));
    await sleep(300);
    writeFileSync(join(dir, 'state'), 'broken\n');
    expect((await mendgate(args('two', 'none', '--yes'), env())).code).toBe(0);
  });

  const unlockLine = (nonce: string) => ['unlock', ...reach(), '-l', host(), '--nonce', nonce];
  const unlock = (nonce: string, ...more: readonly string[]) => mendgate([...unlockLine(nonce), ...more], env());
  /** As a run tells them that is refused. */
  const digits = async (): Promise<string> => {
    const { stdout, stderr } = await mendgate(args('two', 'none', '--yes'), env());
    return /--nonce ([0-9a-f]+)/.exec(stdout + stderr)?.[1] ?? '';
  };
  const who = 'run \\d{4}-\\S+ of \\S+@\\S+ since .* UTC \\(quarterly "patch"\\), ';

  it('is given free by unlock, with the digits that the refused run told; while that run lives, only by force', async () => {
    const { ended } = await holder();
    const wrong = await unlock('0123456789abcdef', '--force');
    expect(wrong.code).toBe(5);
    const nonce = await digits();
    expect(wrong.stdout).toContain(`nonce is ${nonce}`);
    const refused = await unlock(nonce);
    expect(refused.code).toBe(5);
    expect(refused.stdout).toMatch(
      new RegExp(`^${host()}: stays locked: locked by ${who}whose shell on the host still lives\n$`),
    );
    expect(refused.stderr).toContain('--force');
    const forced = await unlock(nonce, '--force');
    expect(forced.code).toBe(0);
    expect(forced.stdout).toMatch(
      new RegExp(`^${host()}: unlocked: it was of ${who}whose shell on the host still lives\n$`),
    );
    expect((await unlock(nonce)).stdout).toBe(`${host()}: was not locked\n`);
    expect((await mendgate(['unlock', ...reach(), '--nonce', nonce], env())).code).toBe(64);
    writeFileSync(join(dir, 'go'), '');
    await ended;
  });

  it('stays locked for unlock while a fix of a run still runs there that is gone itself', async () => {
    const { child, ended } = await holder();
    const nonce = await digits();
    child.kill('SIGKILL');
    await ended;
    const refused = await unlock(nonce);
    expect(refused.code).toBe(5);
    expect(refused.stdout).toMatch(new RegExp(`${who}which is gone, but a fix of it still runs on the host`));
    writeFileSync(join(dir, 'go'), '');
    await until(() => existsSync(join(dir, 'effects')));
    await sleep(300);
    const gone = await unlock(nonce);
    expect(gone.code, gone.stdout).toBe(0);
    expect(gone.stdout).toMatch(new RegExp(`^${host()}: unlocked: it was of ${who}which is gone\n$`));
  });

  it.skipIf(!terminalIsHere)('is asked for on a terminal before unlock takes it from a run that lives', async () => {
    const { ended } = await holder();
    const nonce = await digits();
    const question = 'whose shell on the host still lives. Take the lock away all the same? [y/N] ';
    const answered = (answer: string) => onTerminal(unlockLine(nonce), [[question, 'type', `${answer}\r`]], env());
    const no = await answered('n');
    expect(no.code, no.screen).toBe(5);
    expect(no.screen).toContain(`${host()}: stays locked: `);
    const yes = await answered('y');
    expect(yes.code, yes.screen).toBe(0);
    expect(yes.screen).toContain(`${host()}: unlocked: `);
    writeFileSync(join(dir, 'go'), '');
    await ended;
  });
});
