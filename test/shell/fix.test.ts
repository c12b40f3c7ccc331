import { describe, expect, it } from 'vitest';
import type { FixPart } from '../../src/model/transport.ts';
import { composeFix, fixReader, parseFix } from '../../src/shell/fix.ts';
import { runShell, shells } from './shells.ts';

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
