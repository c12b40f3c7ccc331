import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import { generateKeyPair } from '../../src/transports/simulated/ssh-server.ts';
import { type SshOptions, sshTransport } from '../../src/transports/ssh/ssh-transport.ts';
import { makeKey, type Sshd, sshdMissing, startSshd } from '../sshd/sshd.ts';
import { makeUser, type TestUser } from '../sshd/users.ts';
import { fastClock } from './fast-clock.ts';
import { loopbackHost, request } from './hosts.ts';

const signal = new AbortController().signal;

describe.skipIf(sshdMissing !== undefined)('logging in to a real sshd', () => {
  let sshd: Sshd;
  let dir: string;
  let agentSocket: string;
  let agentPid: number;
  let user: TestUser;
  let wordUser: TestUser;
  const transport = (options: SshOptions = {}) =>
    sshTransport({
      knownHostsFiles: [sshd.knownHostsFile],
      agent: false,
      user: 'root',
      homeDirectory: dir,
      ...options,
    });
  const open = (options: SshOptions = {}) => transport(options).open(loopbackHost({ port: sshd.port }), { signal });
  async function opens(options: SshOptions): Promise<void> {
    const connection = await open(options);
    expect((await connection.run(request('echo in'))).stdout).toBe('in\n');
    await connection.close();
  }
  const key = (name: string): string => join(dir, name);
  const agentAdd = (...files: string[]): void => {
    execFileSync('ssh-add', ['-q', ...files], { env: { ...process.env, SSH_AUTH_SOCK: agentSocket }, stdio: 'pipe' });
  };
  const emptyAgent = (): void => {
    spawnSync('ssh-add', ['-q', '-D'], { env: { ...process.env, SSH_AUTH_SOCK: agentSocket } });
  };

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'mendgate-auth-'));
    for (const name of ['right', 'w1', 'w2', 'w3', 'w4']) makeKey(key(name), 'ed25519');
    sshd = await startSshd({
      clientKeyFile: key('right'),
      config: ['MaxAuthTries 4', 'Match User mg-two', 'AuthenticationMethods publickey,password', 'Match all'],
    });
    copyFileSync(key('right'), key('locked'));
    chmodSync(key('locked'), 0o600);
    execFileSync('ssh-keygen', ['-q', '-p', '-a', '2', '-N', 'open sesame', '-f', key('locked')]);
    copyFileSync(key('right.pub'), key('locked.pub'));
    agentSocket = join(dir, 'agent');
    agentPid = Number(/SSH_AGENT_PID=(\d+)/.exec(execFileSync('ssh-agent', ['-s', '-a', agentSocket]).toString())?.[1]);
    user = makeUser('mg-two', { password: 'pass word' });
    wordUser = makeUser('mg-word', { password: 'pass word' });
  });
  afterAll(async () => {
    if (agentPid) process.kill(agentPid);
    await sshd?.stop();
    user?.remove();
    wordUser?.remove();
    rmSync(dir, { recursive: true });
  });

  it('names what it tried and what the host takes', async () => {
    await expect(open({ privateKeyFiles: [key('w1'), key('w2')] })).rejects.toMatchObject({
      phase: 'auth',
      message: expect.stringMatching(/^root: .*tried .*w1, .*w2; the host takes publickey/),
    });
    await expect(open()).rejects.toMatchObject({
      phase: 'auth',
      message: expect.stringContaining('nothing could be tried'),
    });
  });

  it('refuses a key file that others may read', async () => {
    copyFileSync(key('right'), key('loose'));
    chmodSync(key('loose'), 0o640);
    await expect(open({ privateKeyFiles: [key('loose')] })).rejects.toMatchObject({
      phase: 'auth',
      message: expect.stringContaining('others may read it (mode 0640)'),
      help: `chmod 600 ${key('loose')}`,
    });
  });

  it('says that a named key file is not there, is public or is none', async () => {
    await expect(open({ privateKeyFiles: [key('absent')] })).rejects.toMatchObject({
      phase: 'auth',
      help: expect.stringContaining('there is no such file'),
    });
    await expect(open({ privateKeyFiles: [key('w1.pub')] })).rejects.toMatchObject({
      message: expect.stringContaining('it is a public key, and no agent here has its private half'),
      help: expect.stringContaining('ssh-add'),
    });
  });

  it('asks once for the passphrase of a key, for all hosts', async () => {
    const asked: string[] = [];
    const shared = transport({
      privateKeyFiles: [key('locked')],
      async ask(prompt) {
        asked.push(prompt);
        return new Secret('open sesame');
      },
    });
    for (const _ of [1, 2]) await (await shared.open(loopbackHost({ port: sshd.port }), { signal })).close();
    expect(asked).toEqual([`Passphrase for ${key('locked')}: `]);
  });

  it('gives up an encrypted key that nobody can open', async () => {
    const options = { privateKeyFiles: [key('locked')] };
    await expect(open(options)).rejects.toMatchObject({ phase: 'auth', help: expect.stringContaining('ssh-add') });
    await expect(open({ ...options, ask: async () => new Secret('no') })).rejects.toThrow('does not open it');
  });

  it('uses the keys of an agent until the host hangs up, and says which were tried', async () => {
    emptyAgent();
    agentAdd(key('w1'), key('w2'), key('right'));
    await opens({ agent: agentSocket });
    emptyAgent();
    agentAdd(key('w1'), key('w2'), key('w3'), key('w4'), key('right'));
    const [, shown] = /(SHA256:.{10})/.exec(execFileSync('ssh-keygen', ['-lf', key('w1')]).toString()) ?? [];
    await expect(open({ agent: agentSocket })).rejects.toMatchObject({
      phase: 'auth',
      message: expect.stringContaining(`tried agent key test (${shown}…), agent key test (SHA256:`),
      help: expect.stringMatching(/^1 key was not tried, as hosts hang up after so many \(MaxAuthTries\)/),
    });
  });

  it('asks the agent only for the named key, and then needs no passphrase', async () => {
    emptyAgent();
    agentAdd(key('w1'), key('w2'), key('w3'), key('w4'), key('right'));
    await opens({ agent: agentSocket, privateKeyFiles: [key('locked')] });
  });

  it('leaves a try for the password behind an agent full of keys', async () => {
    emptyAgent();
    agentAdd(key('w1'), key('w2'), key('w3'), key('w4'));
    const password = new Secret('pass word');
    await opens({ user: 'mg-word', agent: agentSocket, password });
  });

  it('opens PKCS#8 keys, encrypted ones too', async () => {
    for (const type of ['rsa', 'ecdsa']) {
      const file = key(`pkcs8-${type}`);
      execFileSync('ssh-keygen', ['-q', '-m', 'PKCS8', '-t', type, '-N', '', '-f', file]);
      appendFileSync(join(sshd.dir, 'authorized_keys'), readFileSync(`${file}.pub`));
      await opens({ privateKeyFiles: [file] });
      execFileSync('ssh-keygen', ['-q', '-p', '-m', 'PKCS8', '-P', '', '-N', 'open sesame', '-f', file]);
      await expect(open({ privateKeyFiles: [file] })).rejects.toThrow('no passphrase was given');
      await opens({ privateKeyFiles: [file], ask: async () => new Secret('open sesame') });
    }
  });

  it('knows a key of the agent by its public file, or by what its private file says in clear', async () => {
    emptyAgent();
    agentAdd(key('w1'), key('w2'), key('w3'), key('w4'), key('right'));
    await opens({ agent: agentSocket, privateKeyFiles: [key('right.pub')] });
    copyFileSync(key('locked'), key('locked-alone'));
    let asked = 0;
    await opens({
      agent: agentSocket,
      privateKeyFiles: [key('locked-alone')],
      async ask() {
        asked += 1;
        return undefined;
      },
    });
    expect(asked).toBe(0);
  });

  it('names keys of the agent that only the system’s ssh can use', async () => {
    emptyAgent();
    execFileSync('ssh-keygen', ['-q', '-s', key('w4'), '-I', 'x', '-n', 'root', key('w1.pub')]);
    agentAdd(key('w1'));
    rmSync(key('w1-cert.pub'));
    await expect(open({ agent: agentSocket })).rejects.toMatchObject({
      help: expect.stringMatching(/agent key test \(SHA256:.{10}…\): only the system's ssh can use it \(-c openssh\)/),
    });
  });

  it('goes on to key files when the agent is missing or silent', async () => {
    await opens({ agent: join(dir, 'no-agent'), privateKeyFiles: [key('right')] });
    await expect(open({ agent: join(dir, 'no-agent') })).rejects.toMatchObject({
      help: expect.stringContaining('no-agent'),
    });
    const silent = createServer((socket) => socket.resume());
    await new Promise<void>((resolve) => silent.listen(join(dir, 'silent'), resolve));
    await opens({ agent: join(dir, 'silent'), privateKeyFiles: [key('right')], clock: fastClock(10) });
    await closed(silent);
  });

  it('hangs up on an agent that does not sign, once the login is over', async () => {
    emptyAgent();
    agentAdd(key('right'));
    const listAsked = 11;
    const stubborn = createServer((socket) => {
      const real = connect(agentSocket).on('error', () => undefined);
      socket.on('error', () => undefined).on('close', () => real.destroy());
      socket.on('data', (chunk) => chunk[4] === listAsked && real.write(chunk));
      real.pipe(socket);
    });
    await new Promise<void>((resolve) => stubborn.listen(join(dir, 'stubborn'), resolve));
    const options = { agent: join(dir, 'stubborn'), privateKeyFiles: [key('right')], connectTimeoutMs: 1000 };
    await expect(open(options)).rejects.toThrow('no answer within 1 s');
    await closed(stubborn);
  });

  /** Waits until nobody is connected any more: an open socket would hold the process. */
  const closed = (server: Server): Promise<unknown> => new Promise((resolve) => server.close(resolve));

  it('logs in with a password, and tries a wrong one once', async () => {
    const password = new Secret('pass word');
    const options = { user: 'mg-two', privateKeyFiles: [key('right')] };
    await opens({ ...options, password });
    const before = sshd.log().length;
    await expect(open({ ...options, password: new Secret('guess') })).rejects.toMatchObject({ phase: 'auth' });
    expect(
      sshd
        .log()
        .slice(before)
        .match(/Failed password/g),
    ).toHaveLength(1);
    await expect(open(options)).rejects.toThrow(/the host takes password/);
  });
});

describe('a host that asks questions', () => {
  const questions = (prompts: { prompt: string; echo: boolean }[], right: string[]) =>
    new Promise<{ port: number; line: string; rounds: string[][]; close(): void }>((resolve) => {
      const hostKey = generateKeyPair();
      const rounds: string[][] = [];
      const server = new ssh2.Server({ hostKeys: [hostKey.private] }, (client) => {
        client.on('error', () => undefined);
        client.on('authentication', (attempt) => {
          if (attempt.method !== 'keyboard-interactive') return attempt.reject(['keyboard-interactive']);
          attempt.prompt(prompts, (answers) => {
            rounds.push([...answers]);
            if (answers.join() === right.join()) attempt.accept();
            else attempt.reject(['keyboard-interactive']);
          });
        });
      });
      server.listen(0, '127.0.0.1', () => {
        const { port } = server.address() as { port: number };
        resolve({ port, line: `[127.0.0.1]:${port} ${hostKey.public}\n`, rounds, close: () => server.close() });
      });
    });

  it('gets the password for its one hidden question, the operator for the rest', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'mendgate-ask-'));
    const hidden = await questions([{ prompt: 'Password: ', echo: false }], ['secret']);
    const codes = await questions(
      [
        { prompt: 'Password: ', echo: false },
        { prompt: 'Code: ', echo: true },
      ],
      ['a', 'a'],
    );
    const knownHosts = join(dir, 'known_hosts');
    writeFileSync(knownHosts, hidden.line + codes.line);
    const options: SshOptions = { knownHostsFiles: [knownHosts], homeDirectory: dir, agent: false };
    const open = (port: number, more: SshOptions) =>
      sshTransport({ ...options, ...more }).open(loopbackHost({ port }), { signal });
    try {
      await (await open(hidden.port, { password: new Secret('secret') })).close();
      expect(hidden.rounds).toEqual([['secret']]);
      await (await open(codes.port, { password: new Secret('secret'), ask: async () => new Secret('a') })).close();
      expect(codes.rounds).toEqual([['a', 'a']]);
      await expect(open(hidden.port, { password: new Secret('wrong') })).rejects.toMatchObject({ phase: 'auth' });
      expect(hidden.rounds).toEqual([['secret'], ['wrong']]);
    } finally {
      hidden.close();
      codes.close();
      rmSync(dir, { recursive: true });
    }
  });
});
