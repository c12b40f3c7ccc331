import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { becomeExec, isUserName, parseExec, plainExec } from '../../src/shell/bootstrap.ts';
import { encodeFrame, killProgram, laneProgram, laneWord } from '../../src/shell/frame.ts';

const nonce = 'a'.repeat(32);
const loginShells = ['/bin/bash', '/bin/dash', '/usr/bin/fish', '/usr/bin/tcsh', '/bin/busybox'].filter(existsSync);
const run = (shell: string, input: Buffer, word = '') =>
  spawnSync(shell, [...(shell === '/bin/busybox' ? ['sh'] : []), '-c', plainExec(word)], { input });

/** The whole output of a shell that greeted, and of its program. */
const greeted = (rest: string) =>
  new RegExp(`^mendgate ready\n${nonce} hello \\d+ \\d+ [0-9a-f-]* [0-9a-f]*\n${rest}$`);

describe('the exec string', () => {
  it.each([
    plainExec(),
    plainExec(laneWord),
    becomeExec('root', 'mendgate-0a:', 'sudo', laneWord),
    becomeExec('root', undefined, 'su', laneWord),
  ])('is fit for every login shell', (exec) => {
    expect(exec).toMatch(/^[ -~]+$/);
    // The longest line of an old csh.
    expect(exec.length).toBeLessThan(4096);
    for (const [, inside = ''] of exec.matchAll(/'([^']*)'/g)) {
      expect(inside).not.toMatch(/[!\\]/);
      // The longest word of an old csh.
      expect(inside.length).toBeLessThan(1024);
    }
  });

  it('is understood by whoever simulates a host', () => {
    expect(parseExec(plainExec())).toEqual({ become: false, prompt: '' });
    expect(parseExec(plainExec(laneWord))).toEqual({ become: false, prompt: '' });
    expect(parseExec(becomeExec('root', 'mendgate-0a:', 'sudo', laneWord))).toEqual({
      become: 'root',
      prompt: 'mendgate-0a:',
    });
    expect(parseExec(becomeExec('web-admin', undefined))).toEqual({ become: 'web-admin', prompt: '' });
    expect(parseExec(becomeExec('root', 'mendgate-0a:'))).toEqual({ become: 'root', prompt: 'mendgate-0a:' });
    expect(parseExec(becomeExec('root', undefined, 'doas'))).toEqual({ become: 'root', prompt: '' });
    expect(parseExec(becomeExec('root', undefined, 'su'))).toEqual({ become: 'root', prompt: '' });
    expect(parseExec('id')).toBeUndefined();
    expect(parseExec(`${plainExec()} x`)).toBeUndefined();
  });

  it.each(loginShells)('%s runs a whole program', (shell) => {
    const { stdout, status } = run(shell, encodeFrame(nonce, 'echo "$mg_g-$$"; cat; exit 9'));
    expect(stdout.toString()).toMatch(greeted('(\\d+)-\\d+\n'));
    expect(status).toBe(9);
  });

  it.each(loginShells)('%s hands a program its word', (shell) => {
    const { stdout } = run(shell, encodeFrame(nonce, 'eval "$4"'), 'echo "[$#]"; set --; echo "[$#]"');
    expect(stdout.toString()).toMatch(greeted('\\[4\\]\n\\[0\\]\n'));
    expect(run(shell, encodeFrame(nonce, laneProgram), laneWord).stdout.toString()).toMatch(greeted(''));
  });

  it.each(loginShells)('%s runs nothing of a program that is cut short, at whatever byte', (shell) => {
    const frame = encodeFrame(nonce, 'echo RAN\necho RAN\n');
    for (let length = 0; length < frame.length; length += 3) {
      const { stdout, status } = run(shell, frame.subarray(0, length));
      expect(stdout.toString()).toBe('mendgate ready\n');
      expect([97, 98]).toContain(status);
    }
  });

  it.each(loginShells)('%s runs nothing of a program that lost bytes on its way', (shell) => {
    const frame = encodeFrame(nonce, 'echo RAN\necho RAN\n').toString();
    const { stdout, status } = run(shell, Buffer.from(frame.replace('echo RAN\n', 'echo\n')));
    expect(stdout.toString()).toBe('mendgate ready\n');
    expect(status).toBe(98);
  });

  it.each(['a b', '', '-x', "a'b", 'a;b', '$x', 'a\n', '%x'])('takes %j for no user name', (name) => {
    expect(isUserName(name)).toBe(false);
  });
  it.each(['root', 'web_admin', 'a.b-c', 'host$', 'me@corp'])('takes %s for a user name', (name) => {
    expect(isUserName(name)).toBe(true);
  });
});

describe('the kill program', () => {
  it('never means every process', () => {
    for (const [pid, pgid] of [
      [0, 0],
      [1, 1],
      [1, 0],
      [0, 1],
    ] as const)
      expect(killProgram(pid, pgid)).not.toMatch(/kill -/);
    expect(killProgram(12, 34)).toContain('kill -KILL -34\n');
    expect(killProgram(12, 0)).toContain('kill -KILL 12\n');
  });
});
