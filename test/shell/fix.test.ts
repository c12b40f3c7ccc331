import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Command } from '../../src/model/command.ts';
import type { FixPart } from '../../src/model/transport.ts';
import { composeFix } from '../../src/shell/fix.ts';
import { fixReader, parseFix } from '../../src/shell/fix-reader.ts';
import { runShell, shells } from './shells.ts';

const dir = mkdtempSync(join(tmpdir(), 'mendgate-fix-'));
afterAll(() => rmSync(dir, { recursive: true }));

const nonce = 'f'.repeat(32);
const part = (name: string, ...scripts: string[]): FixPart => ({
  label: { kind: 'apply', name, params: { change: null, before: null } },
  commands: scripts.map((script) => ({ script })),
});

describe.each(shells)('a fix in $name', (shell) => {
  const run = (...parts: FixPart[]) => {
    const { rc, stdout, stderr } = runShell(shell, composeFix({ parts, become: false, timeoutMs: 1 }, nonce));
    return { rc, ...parseFix(nonce, stdout, stderr) };
  };

  it('answers for each command of all parts in order', () => {
    const { answers, done, rc } = run(part('a', 'echo 1', 'printf 2 >&2'), part('none'), part('b', 'cat; echo 3'));
    expect(answers.map(({ stdout, stderr }) => stdout + stderr)).toEqual(['1\n', '2', '3\n']);
    expect({ done, rc }).toEqual({ done: true, rc: 0 });
  });

  it.each([
    ['a failure', 'exit 4', 4],
    ['a syntax error', "echo 'open", 2],
    ['set -e', 'set -e; false', 1],
    ['a signal', "sh -c 'kill -9 $$'", 137],
  ])('ends with %s', (_name, script, rc) => {
    const { answers, done } = run(part('a', 'echo 1'), part('b', script, 'echo no'), part('c', 'echo no'));
    expect(answers.map((answer) => answer.rc)).toEqual([0, rc]);
    expect(done).toBe(true);
  });

  /** In a process group of its own, as on a host. */
  const runInGroup = (...commands: Command[]) => {
    const request = { parts: [{ ...part('a'), commands }], become: false, timeoutMs: 1 } as const;
    const input = `mg_g=$$\n${composeFix(request, nonce)}`;
    const { stdout, stderr } = spawnSync('setsid', ['-w', shell.program, ...shell.args], { input });
    return parseFix(nonce, stdout, stderr);
  };

  it('ends a command with its children after its own time, rc 124, and begins no other', () => {
    const file = join(dir, `${shell.name} child`);
    const script = 'echo begun; ( sleep 3; : > "$file" ) & sleep 60';
    const began = Date.now();
    const { answers, done, stopped } = runInGroup(
      { script: 'echo one', timeoutMs: 60_000 },
      { script, variables: { file }, timeoutMs: 400 },
      { script: 'echo no' },
    );
    expect(answers).toMatchObject([
      { rc: 0, stdout: 'one\n' },
      { rc: 124, stdout: 'begun\n' },
    ]);
    expect({ done, stopped }).toEqual({ done: true, stopped: false });
    expect(Date.now() - began).toBeLessThan(15_000);
    spawnSync('sleep', ['3']);
    expect(existsSync(file)).toBe(false);
  });

  it('lets a command that must not be killed outlast its own time', () => {
    const { answers } = runInGroup({ script: 'sleep 2; echo whole', timeoutMs: 400, unkillable: true });
    expect(answers).toMatchObject([{ rc: 0, stdout: 'whole\n' }]);
  });

  it('stops after the command during which it was asked to end, and answers for those before', () => {
    const { answers, done, stopped } = runInGroup(
      { script: 'echo one' },
      { script: 'trap "" TERM; kill -TERM 0; echo two' },
      { script: 'echo no' },
    );
    expect(answers).toMatchObject([{ rc: 0, stdout: 'one\n' }]);
    expect({ done, stopped }).toEqual({ done: false, stopped: true });
  });

  it('gives commands the default SIGPIPE', () => {
    expect(runInGroup({ script: 'while :; do echo y; done | head -n 1' }).answers).toMatchObject([{ stdout: 'y\n' }]);
  });

  it('runs to its end when nobody reads any more', async () => {
    const file = join(dir, `${shell.name} effects`);
    const loud = 'i=0; while [ $i -lt 200 ]; do echo loud; echo loud >&2; i=$((i+1)); done; /bin/echo "$n" >> "$file"';
    const commands = ['1', '2', '3'].map((n) => ({ script: `sleep 0.3; ${loud}`, variables: { n, file } }));
    const child = spawn(shell.program, [...shell.args], { stdio: 'pipe' });
    child.stdin.end(composeFix({ parts: [{ ...part('a'), commands }], become: false, timeoutMs: 1 }, nonce));
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.stdout.destroy();
    child.stderr.destroy();
    await expect.poll(() => existsSync(file) && readFileSync(file, 'utf8'), { timeout: 10_000 }).toBe('1\n2\n3\n');
  });

  it('keeps commands from each other', () => {
    const { answers } = run(
      part('a', 'X=1; cd /; set -u; exec >/dev/null', 'echo "${X-none}"', 'mg_rc=9; exit 0', 'echo end'),
    );
    expect(answers.map(({ stdout }) => stdout)).toEqual(['', 'none\n', '', 'end\n']);
  });
});

describe('reading a fix', () => {
  const script = [
    `${nonce} b 0\none${nonce} e 0 0\n${nonce} b 1\ntw`,
    `${nonce} b 0\n${nonce} e 0\n${nonce} b 1\n`,
  ] as const;

  it('tells what had ended when the wire broke', () => {
    const { answers, begun, done } = parseFix(nonce, Buffer.from(script[0]), Buffer.from(script[1]));
    expect(answers).toEqual([{ rc: 0, stdout: 'one', stderr: '', truncated: false, ms: 0 }]);
    expect({ begun, done }).toEqual({ begun: true, done: false });
  });

  it('drops what stands between commands, and markers out of turn', () => {
    const stray = `noise${nonce} e 0 0\n${nonce} b 5\nnoise`;
    const { answers } = parseFix(nonce, Buffer.from(stray + script[0]), Buffer.from(stray + script[1]));
    expect(answers.map(({ stdout }) => stdout)).toEqual(['one']);
  });

  it('believes no exit code that cannot be', () => {
    const stdout = Buffer.from(`${nonce} b 0\n${nonce} e 0 256\n`);
    expect(parseFix(nonce, stdout, Buffer.from(`${nonce} b 0\n${nonce} e 0\n`)).answers).toEqual([]);
  });

  it('keeps a megabyte of each stream and times each command', () => {
    let now = 100;
    const reader = fixReader(nonce, () => now);
    reader.stdout(Buffer.from(`${nonce} b 0\n`));
    for (let i = 0; i < 20; i += 1) reader.stdout(Buffer.alloc(100_000, 'x'));
    now = 350;
    reader.stdout(Buffer.from(`${nonce} e 0 0\n`));
    reader.stderr(Buffer.from(`${nonce} b 0\n${nonce} e 0\n`));
    const [answer] = reader.read().answers;
    expect(answer).toMatchObject({ rc: 0, truncated: true, ms: 250 });
    expect(answer?.stdout.length).toBe(1024 * 1024);
  });
});
