import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import type { Connection } from '../../src/model/transport.ts';
import { type Sshd, sshdMissing, startSshd } from '../sshd/sshd.ts';
import { makeUser, sudoMissing, type TestUser } from '../sshd/users.ts';
import { request, someLabel } from './hosts.ts';
import { logIn } from './over-ssh.ts';

const password = 'correct-horse-battery';

/** A login shell that keeps a copy of everything that arrives on its stdin. */
const spyShell = '#!/bin/sh\ntee -a "$HOME/stdin.log" | /bin/bash "$@"\n';

describe.skipIf((sshdMissing ?? sudoMissing) !== undefined)('becoming root through a real sudo', () => {
  let sshd: Sshd;
  const users: TestUser[] = [];
  const open: Connection[] = [];
  const user = (name: string, options: Parameters<typeof makeUser>[1]) => {
    const made = makeUser(name, options);
    users.push(made);
    return made;
  };
  async function connect(name: string, becomePassword?: string): Promise<Connection> {
    const options = becomePassword === undefined ? {} : { becomePassword: new Secret(becomePassword) };
    const connection = await logIn(sshd, name, options);
    open.push(connection);
    return connection;
  }
  const asRoot = (script: string) => request(script, { become: 'root' });

  beforeAll(async () => {
    sshd = await startSshd();
    user('mg-free', { sudo: 'nopasswd', password });
    user('mg-asked', { sudo: 'password', password });
    user('mg-none', { password });
    user('mg-tty', { sudo: 'requiretty' });
  });
  afterAll(async () => {
    for (const connection of open) await connection.close();
    await sshd?.stop();
    for (const made of users) made.remove();
  });

  it('needs no password where sudo wants none', async () => {
    const connection = await connect('mg-free');
    expect((await connection.run(asRoot('id -un; echo "$HOME"'))).stdout).toBe('root\n/root\n');
    expect((await connection.run(request('id -un'))).stdout).toBe('mg-free\n');
    expect((await connection.run(request('id -un', { become: 'mg-asked' }))).stdout).toBe('mg-asked\n');
  });

  it('has a process group that nothing else is in: that of its sudo where it leads one, or one of its own', async () => {
    const leader = asRoot('ps -o comm= -p "$(ps -o pgid= -p $$ | tr -d " ")"');
    expect((await (await connect('mg-free')).run(leader)).stdout).toBe('sudo\n');
    // Here the login shell leads the group, and more is in it.
    const led = user('mg-led', { sudo: 'nopasswd', files: { spy: '#!/bin/sh\n/bin/bash "$@"\nexit\n' } });
    execFileSync('chmod', ['755', join(led.home, 'spy')]);
    execFileSync('usermod', ['-s', join(led.home, 'spy'), led.name]);
    expect((await (await connect('mg-led')).run(leader)).stdout).toBe('sh\n');
  });

  it('never sends a password that sudo did not ask for', async () => {
    const spied = user('mg-spied', { sudo: 'nopasswd', password, files: { spy: spyShell } });
    execFileSync('chmod', ['755', join(spied.home, 'spy')]);
    execFileSync('usermod', ['-s', join(spied.home, 'spy'), spied.name]);
    const connection = await connect('mg-spied', password);
    expect(await connection.run(asRoot('cat; id -un'))).toMatchObject({ rc: 0, stdout: 'root\n' });
    await connection.fix({
      parts: [{ label: someLabel, commands: [{ script: 'cat' }] }],
      become: 'root',
      timeoutMs: 10_000,
    });
    const sent = readFileSync(join(spied.home, 'stdin.log'), 'latin1');
    expect(sent).toContain('# mendgate lane');
    expect(sent).not.toContain(password);
  });

  it('gives the password when sudo asks, and keeps it from the command', async () => {
    const connection = await connect('mg-asked', password);
    const answer = await connection.run(asRoot('id -un; cat; env'));
    expect(answer).toMatchObject({ rc: 0, stderr: '' });
    expect(answer.stdout).toMatch(/^root\n/);
    expect(answer.stdout).not.toContain(password);
    const outcome = await connection.fix({
      parts: [{ label: someLabel, commands: [{ argv: ['id', '-un'] }] }],
      become: 'root',
      timeoutMs: 10_000,
    });
    expect(outcome).toMatchObject({ kind: 'ended', answers: [{ rc: 0, stdout: 'root\n', stderr: '' }] });
  });

  it.each([
    ['mg-asked', undefined, 'sudo: a password is required'],
    ['mg-asked', 'wrong', 'sudo: wrong password'],
    ['mg-none', password, 'sudo: the user is not in sudoers for this'],
    ['mg-tty', undefined, 'sudo: requires a terminal (requiretty)'],
  ])('says why %s (password %s) may not: %s', async (name, given, message) => {
    const connection = await connect(name, given);
    await expect(connection.run(asRoot('id'))).rejects.toMatchObject({ name: 'HostFailure', phase: 'become', message });
    const outcome = await connection.fix({
      parts: [{ label: someLabel, commands: [{ argv: ['id'] }] }],
      become: 'root',
      timeoutMs: 10_000,
    });
    expect(outcome).toMatchObject({ kind: 'not_started', failure: { phase: 'become', message } });
    expect((await connection.run(request('id -un'))).stdout).toBe(`${name}\n`);
  });

  it('proves a fix not started when sudo refuses it', async () => {
    const connection = await connect('mg-asked', 'wrong');
    const outcome = await connection.fix({
      parts: [{ label: someLabel, commands: [{ argv: ['id'] }] }],
      become: 'root',
      timeoutMs: 10_000,
    });
    expect(outcome).toMatchObject({ kind: 'not_started', failure: { phase: 'become' } });
  });

  it('refuses a user name that is none', async () => {
    const connection = await connect('mg-free');
    await expect(connection.run(request('id', { become: "x' ; reboot" }))).rejects.toMatchObject({ phase: 'become' });
    await expect(connection.run(request('id', { become: 'mg-nobody-here' }))).rejects.toMatchObject({
      phase: 'become',
      message: 'sudo: there is no such user on the host',
    });
  });
});
