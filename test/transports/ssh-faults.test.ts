import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Connection, FixPart } from '../../src/model/transport.ts';
import { defaultLimits } from '../../src/transports/lane-limits.ts';
import { type SshOptions, sshTransport } from '../../src/transports/ssh/ssh-transport.ts';
import { dropbearMissing, makeKey, type Sshd, sshdMissing, startSshd } from '../sshd/sshd.ts';
import { makeUser, sudoMissing, type TestUser } from '../sshd/users.ts';
import { loopbackHost, request, someLabel } from './hosts.ts';
import { logIn } from './over-ssh.ts';
import { tcpServer } from './tcp-servers.ts';

const signal = new AbortController().signal;
const part = (...scripts: string[]): FixPart[] => [
  { label: someLabel, commands: scripts.map((script) => ({ script })) },
];
/** Seconds to sleep that no other process sleeps, by which a process is found. */
const freshMark = (): string => `${4000 + Math.random()}`;
/** Whether a process with this argument runs on the machine. */
const running = (argument: string): boolean =>
  execFileSync('ps', ['-eo', 'args'])
    .toString()
    .split('\n')
    .some((line) => line.split(' ').includes(argument));

describe.skipIf((sshdMissing ?? sudoMissing) !== undefined)('faults of a real sshd', () => {
  let dir: string;
  let sshd: Sshd;
  let user: TestUser;
  const open: Connection[] = [];
  const connect = async (server: Sshd, name: string, options: SshOptions = {}): Promise<Connection> => {
    const connection = await logIn(server, name, options);
    open.push(connection);
    return connection;
  };
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'mendgate-faults-'));
    makeKey(join(dir, 'key'), 'ed25519');
    const authorizedKeys = readFileSync(join(dir, 'key.pub'), 'utf8');
    user = makeUser('mg-fault', { sudo: 'nopasswd', authorizedKeys });
    sshd = await startSshd({ clientKeyFile: join(dir, 'key') });
  });
  afterEach(async () => {
    for (const connection of open.splice(0)) await connection.close();
  });
  afterAll(async () => {
    await sshd?.stop();
    user?.remove();
    rmSync(dir, { recursive: true });
  });

  const logins = [
    { server: 'openssh', login: 'root', become: false },
    { server: 'openssh', login: 'mg-fault', become: false },
    { server: 'openssh', login: 'mg-fault', become: 'root' },
    { server: 'dropbear', login: 'mg-fault', become: false },
    { server: 'dropbear', login: 'mg-fault', become: 'root' },
  ] as const;
  it.each(logins)('$server as $login, become $become: a deadline ends the command with its children', async (one) => {
    if (one.server === 'dropbear' && dropbearMissing !== undefined) return;
    const server =
      one.server === 'openssh' ? sshd : await startSshd({ server: 'dropbear', clientKeyFile: join(dir, 'key') });
    try {
      const connection = await connect(server, one.login);
      const { become } = one;
      const mark = freshMark();
      const [late, next] = await Promise.allSettled([
        connection.run(request(`trap "" TERM; sleep ${mark} & sleep ${mark}`, { become, timeoutMs: 300 })),
        connection.run(request('echo next', { become })),
      ]);
      expect(late).toMatchObject({ status: 'rejected', reason: { phase: 'timeout' } });
      expect(next).toMatchObject({ status: 'fulfilled', value: { stdout: 'next\n', stderr: '' } });
      await expect.poll(() => running(mark), { timeout: 5000 }).toBe(false);

      const outcome = await connection.fix({ parts: part('echo one', `sleep ${mark}`), become, timeoutMs: 300 });
      expect(outcome).toMatchObject({
        kind: 'unknown',
        failure: { phase: 'timeout' },
        answers: [{ rc: 0, stdout: 'one\n' }],
      });
      await expect.poll(() => running(mark), { timeout: 5000 }).toBe(false);
    } finally {
      if (server !== sshd) await server.stop();
    }
  });

  it('a fix that leaves a service on its streams is over when its script is', async () => {
    const connection = await connect(sshd, 'root');
    const outcome = await connection.fix({
      parts: part('sleep 4000 & echo $!', 'echo two'),
      become: false,
      timeoutMs: 9000,
    });
    expect(outcome).toMatchObject({ kind: 'ended', answers: [{ rc: 0 }, { stdout: 'two\n' }] });
    if (outcome.kind === 'ended') process.kill(Number(outcome.answers[0]?.stdout));
  });

  it('a deadline lets a fix clean up, and kills it only when it does not end', async () => {
    const connection = await connect(sshd, 'root', { limits: { ...defaultLimits, termMs: 2000 } });
    const mark = freshMark();
    const file = join(dir, 'cleaned');
    const tidy = `trap ': > ${file}; exit 1' TERM; sleep ${mark} & wait`;
    const polite = await connection.fix({ parts: part('echo one', tidy, 'echo no'), become: false, timeoutMs: 300 });
    expect(polite).toMatchObject({
      kind: 'unknown',
      failure: { phase: 'timeout', message: 'the fix had not ended after 300ms and was stopped' },
      answers: [{ rc: 0, stdout: 'one\n' }],
    });
    expect(existsSync(file)).toBe(true);

    const deaf = part(`trap '' TERM; sleep ${mark}`);
    const killed = await connection.fix({ parts: deaf, become: false, timeoutMs: 300 });
    expect(killed).toMatchObject({ kind: 'unknown', failure: { phase: 'timeout' }, answers: [] });
    await expect.poll(() => running(mark), { timeout: 5000 }).toBe(false);
  });

  it('a deadline never ends a command that must not be killed', async () => {
    const connection = await connect(sshd, 'mg-fault');
    const file = join(user.home, 'committed');
    const commit = { script: `sleep 2; : > ${file}`, unkillable: true } as const;
    const outcome = await connection.fix({
      parts: [{ label: someLabel, commands: [{ script: 'echo one' }, commit] }],
      become: 'root',
      timeoutMs: 300,
    });
    expect(outcome).toMatchObject({
      kind: 'unknown',
      failure: { phase: 'timeout', message: expect.stringContaining('it goes on there') },
      answers: [{ rc: 0 }],
    });
    await expect.poll(() => existsSync(file), { timeout: 10_000 }).toBe(true);
  });

  it("a fix has at least its commands' own time, and each command no more than that", async () => {
    const connection = await connect(sshd, 'mg-fault');
    const mark = freshMark();
    const commands = [
      { script: 'sleep 1; echo one', timeoutMs: 20_000 },
      { argv: ['sleep', mark] as const, timeoutMs: 500 },
    ];
    const parts: FixPart[] = [{ label: someLabel, commands }];
    const outcome = await connection.fix({ parts, become: 'root', timeoutMs: 300 });
    expect(outcome).toMatchObject({ kind: 'ended', answers: [{ rc: 0, stdout: 'one\n' }, { rc: 124 }] });
    await expect.poll(() => running(mark), { timeout: 5000 }).toBe(false);
  });

  it('a command that is deaf to its own deadline is killed, and the outcome says so', async () => {
    const connection = await connect(sshd, 'mg-fault');
    const commands = [{ script: "trap '' TERM; sleep 60", timeoutMs: 500 }];
    const parts: FixPart[] = [{ label: someLabel, commands }];
    const outcome = await connection.fix({ parts, become: 'root', timeoutMs: 60_000 });
    const message = 'a command had not ended after its own 500ms and was killed';
    expect(outcome).toMatchObject({ kind: 'unknown', failure: { phase: 'timeout', message }, answers: [] });
  }, 20_000);

  it.each(['openssh', 'dropbear'] as const)(
    '%s: a broken connection does not cut a fix short',
    async (kind) => {
      if (kind === 'dropbear' && dropbearMissing !== undefined) return;
      const server = await startSshd({ server: kind, clientKeyFile: join(dir, 'key') });
      const connection = await connect(server, 'mg-fault');
      const file = join(user.home, `effects-${kind}`);
      const loud = 'i=0; while [ $i -lt 500 ]; do /bin/echo loud; echo loud >&2; i=$((i+1)); done';
      const scripts = [1, 2, 3].map((n) => `echo ${n} >> ${file}; sleep 1; ${loud}; echo end ${n} >> ${file}`);
      const fix = connection.fix({ parts: part(...scripts), become: 'root', timeoutMs: 60_000 });
      await expect.poll(() => existsSync(file), { timeout: 10_000 }).toBe(true);
      server.cut();
      expect(await fix).toMatchObject({ kind: 'unknown', failure: { phase: 'lost' } });
      await expect.poll(() => readFileSync(file, 'utf8'), { timeout: 30_000 }).toBe('1\nend 1\n2\nend 2\n3\nend 3\n');
      await server.stop();
    },
    60_000,
  );

  it('a fix carries a megabyte of stdin', async () => {
    const data = Array.from({ length: 20_000 }, (_, i) => `line ${i} ${"'".repeat(i % 7)} ${'x'.repeat(40)}`).join(
      '\n',
    );
    const connection = await connect(sshd, 'root');
    const parts: FixPart[] = [{ label: someLabel, commands: [{ argv: ['cksum'], stdin: data }] }];
    const outcome = await connection.fix({ parts, become: false, timeoutMs: 60_000 });
    const expected = execFileSync('cksum', { input: data }).toString();
    expect(outcome).toMatchObject({ kind: 'ended', answers: [{ rc: 0, stdout: expected }] });
  });

  it('a fix whose shell is killed may have run', async () => {
    const connection = await connect(sshd, 'root');
    const outcome = await connection.fix({
      parts: part('echo one', 'kill -9 $$; sleep 1'),
      become: false,
      timeoutMs: 9000,
    });
    expect(outcome).toMatchObject({ kind: 'unknown', failure: { phase: 'shell' }, answers: [{ stdout: 'one\n' }] });
  });

  it('a broken connection is lost for probes, unknown for a fix under way, and proved for a later one', async () => {
    const server = await startSshd({ clientKeyFile: join(dir, 'key') });
    const connection = await connect(server, 'mg-fault');
    const probe = connection.run(request('sleep 5'));
    const fix = connection.fix({
      parts: part('echo one', `sleep 1; : > ${user.home}/ready; sleep 5`),
      become: false,
      timeoutMs: 60_000,
    });
    await expect.poll(() => existsSync(join(user.home, 'ready')), { timeout: 10_000 }).toBe(true);
    server.cut();
    await expect(probe).rejects.toMatchObject({ name: 'HostFailure', phase: 'lost' });
    expect(await fix).toMatchObject({
      kind: 'unknown',
      failure: { phase: 'lost' },
      answers: [{ rc: 0, stdout: 'one\n' }],
    });
    await expect(connection.run(request('true'))).rejects.toMatchObject({ phase: 'lost' });
    const after = await connection.fix({ parts: part('true'), become: false, timeoutMs: 1000 });
    expect(after).toMatchObject({ kind: 'not_started', failure: { phase: 'lost' } });
    await server.stop();
  });

  it('a host that allows one session at a time still serves probes, become and fixes', async () => {
    const server = await startSshd({ clientKeyFile: join(dir, 'key'), config: ['MaxSessions 1'] });
    const connection = await connect(server, 'mg-fault');
    const answers = await Promise.all([
      connection.run(request('id -un')),
      connection.run(request('id -un', { become: 'root' })),
      connection.fix({ parts: part('id -un'), become: 'root', timeoutMs: 9000 }),
    ]);
    expect(answers).toMatchObject([
      { stdout: 'mg-fault\n' },
      { stdout: 'root\n' },
      { kind: 'ended', answers: [{ stdout: 'root\n' }] },
    ]);
    // The shell of this one waits to hear that its end is written down.
    const key = `one session ${process.pid} ${Date.now()}`;
    const fix = { parts: part('id -un'), become: 'root', timeoutMs: 9000, key };
    expect(await connection.fix(fix)).toMatchObject({ kind: 'ended' });
    expect(await connection.run(request('id -un'))).toMatchObject({ stdout: 'mg-fault\n' });
    expect(connection.spent?.(key)).toBe(false);
    await connection.close();
    await server.stop();
  });

  it('a link that goes silent ends a command at its deadline, and proves nothing about the next', async () => {
    let stall = (): void => undefined;
    const proxy = await tcpServer((socket) => {
      const onward = connectTcp(sshd.port, '127.0.0.1');
      onward.on('error', () => undefined);
      socket.pipe(onward).pipe(socket);
      stall = () => {
        socket.unpipe(onward);
        onward.unpipe(socket);
      };
    });
    const limits = { ...defaultLimits, killMs: 100 };
    const transport = sshTransport({
      privateKeyFiles: [sshd.keyFile],
      agent: false,
      limits,
      knownHostsFiles: [join(dir, 'kh')],
      hostKeyPolicy: 'accept-new',
    });
    const connection = await transport.open(loopbackHost({ port: proxy.port, user: 'root' }), { signal });
    await connection.run(request('true'));
    stall();
    const [late, next] = await Promise.allSettled([
      connection.run(request('true', { timeoutMs: 100 })),
      connection.run(request('true')),
    ]);
    expect(late).toMatchObject({ status: 'rejected', reason: { phase: 'timeout' } });
    expect(next).toMatchObject({ status: 'rejected', reason: { phase: 'lost' } });
    await connection.close();
    proxy.close();
  });
});
