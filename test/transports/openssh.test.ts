import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Host } from '../../src/model/inventory.ts';
import { Secret } from '../../src/model/secret.ts';
import type { Connection, Transport } from '../../src/model/transport.ts';
import { type OpensshOptions, opensshTransport } from '../../src/transports/openssh/openssh-transport.ts';
import { freePort, makeKey, type Sshd, sshdMissing, startSshd } from '../sshd/sshd.ts';
import { makeUser, type TestUser } from '../sshd/users.ts';
import { loopbackHost, request, someLabel } from './hosts.ts';
import { overOpenssh } from './over-ssh.ts';

const signal = new AbortController().signal;

describe.skipIf(sshdMissing !== undefined)("hosts over the system's ssh", () => {
  let dir: string;
  let sshd: Sshd;
  let user: TestUser;
  const transports: Transport[] = [];
  const runtimeBefore = process.env['XDG_RUNTIME_DIR'];

  const transport = (options: OpensshOptions = {}): Transport => {
    const made = overOpenssh(sshd, { user: 'root', ...options });
    transports.push(made);
    return made;
  };
  const open = (options: OpensshOptions = {}, connect: Partial<Host['connect']> = {}): Promise<Connection> =>
    transport(options).open(loopbackHost({ port: sshd.port, ...connect }), { signal });
  async function works(connection: Connection): Promise<void> {
    expect((await connection.run(request('echo in'))).stdout).toBe('in\n');
    await connection.close();
  }
  const leftovers = (): readonly string[] => readdirSync(dir).filter((name) => name.startsWith('mendgate-ssh-'));
  const sshProcesses = (): readonly string[] =>
    commandLines().filter((line) => line.startsWith('ssh\0') && line.includes(dir));

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'mg-openssh-'));
    process.env['XDG_RUNTIME_DIR'] = dir;
    sshd = await startSshd({ config: ['MaxAuthTries 4'] });
    user = makeUser('mg-openssh', { password: 'pass w"ord$', files: { '.bashrc': 'exit 255\n' } });
  });
  afterEach(async () => {
    await Promise.all(transports.splice(0).map((one) => one.close()));
    expect(leftovers()).toEqual([]);
    expect(sshProcesses()).toEqual([]);
  });
  afterAll(async () => {
    if (runtimeBefore === undefined) delete process.env['XDG_RUNTIME_DIR'];
    else process.env['XDG_RUNTIME_DIR'] = runtimeBefore;
    await sshd?.stop();
    user?.remove();
    rmSync(dir, { recursive: true });
  });

  it("gives the host's key and takes plain exit codes for what they are", async () => {
    const connection = await open();
    expect(connection.hostKey).toMatch(/^SHA256:/);
    const answers = await Promise.all([255, 126, 127, 1].map((rc) => connection.run(request(`exit ${rc}`))));
    expect(answers.map(({ rc }) => rc)).toEqual([255, 126, 127, 1]);
    await connection.close();
  });

  it('tells a login shell that exits with 255 from a broken connection', async () => {
    const connection = await open({}, { user: 'mg-openssh' });
    await expect(connection.run(request('true'))).rejects.toMatchObject({
      phase: 'shell',
      message: expect.stringContaining('exit code 255'),
    });
    await connection.close();
  });

  it('calls a connection that breaks lost, and a fix under it unknown', async () => {
    const connection = await open();
    await connection.run(request('true'));
    const probe = connection.run(request('sleep 20'));
    const parts = [{ label: someLabel, commands: [{ argv: ['sleep', '3'] as const }] }];
    const fix = connection.fix({ parts, become: false, timeoutMs: 20_000 });
    const settled = Promise.allSettled([probe, fix]);
    await connection.run(request('true', { become: 'root' }));
    sshd.cut();
    const [probed, fixed] = await settled;
    expect(probed).toMatchObject({ status: 'rejected', reason: { phase: 'lost' } });
    expect(fixed).toMatchObject({ value: { kind: 'unknown', failure: { phase: 'lost' } } });
    await expect(connection.run(request('true'))).rejects.toMatchObject({ phase: 'lost' });
    await connection.close();
  });

  it('waits for its turn where one session is allowed', async () => {
    const narrow = await startSshd({ config: ['MaxSessions 1'], clientKeyFile: sshd.keyFile });
    const connection = await open({ knownHostsFiles: [narrow.knownHostsFile] }, { port: narrow.port });
    expect((await connection.run(request('echo one'))).stdout).toBe('one\n');
    const parts = [{ label: someLabel, commands: [{ argv: ['echo', 'two'] as const }] }];
    expect(await connection.fix({ parts, become: false, timeoutMs: 5000 })).toMatchObject({ kind: 'ended' });
    expect((await connection.run(request('echo three'))).stdout).toBe('three\n');
    await connection.close();
    await narrow.stop();
  });

  it('comes through where a busy host hangs up on most', async () => {
    const busy = await startSshd({ config: ['MaxStartups 1:90:3'], clientKeyFile: sshd.keyFile });
    const many = transport({ knownHostsFiles: [busy.knownHostsFile] });
    const all = await Promise.all(
      Array.from({ length: 6 }, () => many.open(loopbackHost({ port: busy.port }), { signal })),
    );
    expect(all).toHaveLength(6);
    await many.close();
    await busy.stop();
  });

  describe('names the phase that failed', () => {
    it.each([
      ['a name that is none', { address: 'no-such-host.invalid' }, 'dns', /no-such-host\.invalid/],
      ['an address that would be an option', { address: '-oProxyCommand=id' }, 'config', /cannot be a host's address/],
      ['a user that would be shell text', { user: '$(id)' }, 'config', /cannot be a user's name/],
    ] as const)('%s', async (_what, connect, phase, message) => {
      const opening = open({}, connect);
      await expect(opening).rejects.toMatchObject({ name: 'HostFailure', phase });
      await expect(opening).rejects.toThrow(message);
    });

    it('a closed port', async () => {
      const opening = open({}, { port: await freePort() });
      await expect(opening).rejects.toMatchObject({
        phase: 'tcp',
        message: expect.stringContaining('connection refused'),
      });
    });

    it('no key of the host', async () => {
      writeFileSync(join(dir, 'empty'), '');
      await expect(open({ knownHostsFiles: [join(dir, 'empty')] })).rejects.toMatchObject({
        phase: 'host_key',
        message: expect.stringMatching(/^the host key is not known: ssh-ed25519 SHA256:/),
      });
    });

    it('another key of the host', async () => {
      makeKey(join(dir, 'other'), 'ed25519');
      const other = readFileSync(join(dir, 'other.pub'), 'utf8');
      writeFileSync(join(dir, 'changed'), `[127.0.0.1]:${sshd.port} ${other}`);
      for (const hostKeyPolicy of ['strict', 'accept-new'] as const) {
        await expect(open({ knownHostsFiles: [join(dir, 'changed')], hostKeyPolicy })).rejects.toMatchObject({
          phase: 'host_key',
          message: expect.stringMatching(/^the host key has changed: it shows ssh-ed25519 SHA256:.*changed:1/),
        });
      }
    });

    it('a key that the host does not take', async () => {
      makeKey(join(dir, 'wrong'), 'ed25519');
      await expect(open({ privateKeyFiles: [join(dir, 'wrong')] })).rejects.toMatchObject({
        phase: 'auth',
        message: expect.stringMatching(
          /^root: the host refuses to let this user in; tried publickey; the host takes publickey/,
        ),
      });
      await expect(open({ privateKeyFiles: [join(dir, 'absent')] })).rejects.toMatchObject({
        phase: 'auth',
        help: expect.stringContaining('absent not accessible'),
      });
    });

    it('a configuration that is none', async () => {
      writeFileSync(join(dir, 'bad-config'), 'Frobnicate yes\n');
      await expect(open({ sshConfigFile: join(dir, 'bad-config') })).rejects.toMatchObject({
        phase: 'config',
        message: expect.stringMatching(/frobnicate/i),
      });
    });

    it('a machine without ssh', async () => {
      const path = process.env['PATH'];
      process.env['PATH'] = dir;
      try {
        await expect(open()).rejects.toMatchObject({
          phase: 'config',
          message: expect.stringContaining('there is no ssh program'),
          help: expect.stringContaining('-c ssh'),
        });
      } finally {
        process.env['PATH'] = path;
      }
    });

    it('being called off', async () => {
      const off = new AbortController();
      const silent = await silentServer();
      const opening = transport().open(loopbackHost({ port: silent.port }), { signal: off.signal });
      opening.catch(() => undefined);
      await silent.called;
      off.abort();
      await expect(opening).rejects.toMatchObject({ phase: 'cancelled' });
      silent.close();
    });

    it('a server of another kind, at once', async () => {
      const web = await silentServer('HTTP/1.1 400 Bad Request\r\n\r\n');
      await expect(open({}, { port: web.port })).rejects.toMatchObject({
        phase: 'banner',
        message: 'what answers there is not an SSH 2 server: it says "HTTP/1.1 400 Bad Request"',
      });
      web.close();
    });

    it('no greeting in time', async () => {
      const silent = await silentServer();
      await expect(open({ connectTimeoutMs: 500 }, { port: silent.port })).rejects.toMatchObject({ phase: 'banner' });
      silent.close();
    });
  });

  it('learns new keys where it may, and says so', async () => {
    const known = join(dir, 'learned');
    const warnings: string[] = [];
    const options: OpensshOptions = { knownHostsFiles: [known], onWarning: (text) => warnings.push(text) };
    await works(await open({ ...options, hostKeyPolicy: 'accept-new' }));
    await works(await open(options));
    expect(warnings).toEqual([
      expect.stringMatching(
        /^\[127\.0\.0\.1\]:\d+: its host key was not known and is trusted from now on: ssh-ed25519 SHA256:/,
      ),
    ]);
  });

  it("honours the operator's ssh_config, but shares no connection of theirs", async () => {
    const config = join(dir, 'config');
    writeFileSync(
      config,
      [
        'Host alias',
        `  HostName 127.0.0.1\n  Port ${sshd.port}\n  User root\n  IdentityFile ${sshd.keyFile}`,
        `  ControlMaster auto\n  ControlPath ${dir}/theirs\n  ControlPersist yes`,
        '  RemoteCommand echo no\n  RequestTTY force\n  LogLevel QUIET\n  LocalForward 127.0.0.1:1 127.0.0.1:1\n',
      ].join('\n'),
    );
    const made = opensshTransport({ knownHostsFiles: [sshd.knownHostsFile], agent: false, sshConfigFile: config });
    const host = loopbackHost({ address: 'alias', port: 22, portByDefault: true });
    await works(await made.open(host, { signal }));
    await made.close();
    expect(existsSync(join(dir, 'theirs'))).toBe(false);
  });

  it('ends with its masters, whatever the ssh_config says of forking and of talking', async () => {
    const config = join(dir, 'config-forks');
    writeFileSync(config, 'Host *\n  ForkAfterAuthentication yes\n  LogVerbose *\n  StdinNull no\n');
    await works(await open({ sshConfigFile: config }));
  });

  it('finds another folder where the path of the first would be shell text, or two words', async () => {
    const folder = join(dir, 'with space$(id)');
    mkdirSync(folder);
    process.env['XDG_RUNTIME_DIR'] = folder;
    try {
      const connection = await open();
      expect(readdirSync(folder)).toEqual([]);
      await works(connection);
    } finally {
      process.env['XDG_RUNTIME_DIR'] = dir;
    }
  });

  describe('with a password', () => {
    const secret = 'pass w"ord$';
    const byPassword = (options: OpensshOptions = {}): OpensshOptions => ({
      privateKeyFiles: [],
      user: 'mg-openssh',
      password: new Secret(secret),
      ...options,
    });

    it('logs in, and no process ever shows the password', async () => {
      const watch = watchProcesses(secret);
      const connection = await open(byPassword());
      expect(watch.stop()).toEqual({ seen: [], looks: expect.any(Number) });
      expect(connection.hostKey).toMatch(/^SHA256:/);
      await connection.close();
    });

    it('logs in also where the first temporary folder lets no program be executed', async (context) => {
      const folder = join(dir, 'noexec');
      mkdirSync(folder);
      const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'noexec,mode=700', 'none', folder]).status === 0;
      context.skip(!mounted, 'mounting is not allowed here');
      process.env['XDG_RUNTIME_DIR'] = folder;
      try {
        const connection = await open(byPassword());
        expect(connection.hostKey).toMatch(/^SHA256:/);
        expect(readdirSync(folder)).toEqual([]);
      } finally {
        process.env['XDG_RUNTIME_DIR'] = dir;
        spawnSync('umount', ['-l', folder]);
      }
    });

    it('tries a wrong one once', async () => {
      const before = sshd.log().length;
      await expect(open(byPassword({ password: new Secret('guess') }))).rejects.toMatchObject({ phase: 'auth' });
      const log = (): string => sshd.log().slice(before);
      for (let i = 0; i < 100 && !/Connection (?:closed|reset)/.test(log()); i += 1) await sleep(20);
      expect(log().match(/Failed password/g)).toHaveLength(1);
    });

    it('asks nothing where nobody can answer', async () => {
      await expect(open({ privateKeyFiles: [], user: 'mg-openssh' })).rejects.toMatchObject({
        phase: 'auth',
        message: expect.stringContaining('the host takes publickey, password'),
      });
    });
  });

  it('asks once for the passphrase of a key, for all hosts', async () => {
    copyFileSync(sshd.keyFile, join(dir, 'locked'));
    chmodSync(join(dir, 'locked'), 0o600);
    execFileSync('ssh-keygen', ['-q', '-p', '-a', '2', '-N', 'open sesame', '-f', join(dir, 'locked')]);
    const asked: string[] = [];
    const shared = transport({
      privateKeyFiles: [join(dir, 'locked')],
      async ask(prompt) {
        asked.push(prompt);
        return new Secret('open sesame');
      },
    });
    for (const _ of [1, 2]) await works(await shared.open(loopbackHost({ port: sshd.port }), { signal }));
    expect(asked).toEqual([`Enter passphrase for key '${join(dir, 'locked')}': `]);
  });

  it('leaves no process and no socket behind', async () => {
    const one = transport();
    await one.open(loopbackHost({ port: sshd.port }), { signal });
    expect(leftovers()).toHaveLength(1);
    expect(sshProcesses()).toHaveLength(1);
    const [folder] = leftovers();
    expect(execFileSync('stat', ['-c', '%a', join(dir, folder ?? '')]).toString()).toBe('700\n');
    await one.close();
    expect(leftovers()).toEqual([]);
    expect(sshProcesses()).toEqual([]);
  });

  it('clears up after a run that was killed, and leaves a living one alone', async () => {
    const living = transport();
    const connection = await living.open(loopbackHost({ port: sshd.port }), { signal });
    const crashed = await startAndKill(sshd, dir);
    expect(leftovers()).toHaveLength(2);
    expect(sshProcesses()).toHaveLength(2);
    const next = transport();
    await works(await next.open(loopbackHost({ port: sshd.port }), { signal }));
    await next.close();
    expect(existsSync(crashed)).toBe(false);
    for (let i = 0; i < 100 && sshProcesses().length > 1; i += 1) await sleep(20);
    expect(sshProcesses()).toHaveLength(1);
    await works(connection);
    await living.close();
  });
});

/** Another process opens a connection and is killed with it; gives its control directory. */
async function startAndKill(sshd: Sshd, dir: string): Promise<string> {
  const before = new Set(readdirSync(dir));
  const script = `
    const { opensshTransport } = await import(${JSON.stringify(resolve('build/transports/openssh/openssh-transport.js'))});
    const transport = opensshTransport({ knownHostsFiles: [${JSON.stringify(sshd.knownHostsFile)}],
      privateKeyFiles: [${JSON.stringify(sshd.keyFile)}], agent: false, user: 'root', sshConfigFile: 'none' });
    const host = { name: 'h', connect: { address: '127.0.0.1', port: ${sshd.port} }, vars: {}, groups: [], origins: {} };
    await transport.open(host, { signal: new AbortController().signal });
    console.log('open');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((done) => child.stdout.once('data', done));
  const gone = new Promise((done) => child.once('exit', done));
  child.kill('SIGKILL');
  await gone;
  const [made] = readdirSync(dir).filter((name) => name.startsWith('mendgate-ssh-') && !before.has(name));
  return join(dir, made ?? '');
}

async function silentServer(last?: string) {
  const { createServer } = await import('node:net');
  let tellCalled = (): void => undefined;
  const called = new Promise<void>((done) => {
    tellCalled = done;
  });
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    if (last !== undefined) socket.end(last);
    tellCalled();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { port, called, close: () => server.close() };
}

function commandLines(): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => readOrEmpty(`/proc/${pid}/cmdline`));
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

/** Looks into the command lines and environments of all processes, as often as it can. */
function watchProcesses(secret: string) {
  const seen = new Set<string>();
  let looks = 0;
  const timer = setInterval(() => {
    looks += 1;
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      for (const file of ['cmdline', 'environ']) {
        const text = readOrEmpty(`/proc/${pid}/${file}`);
        if (text.includes(secret)) seen.add(`${pid} ${file}`);
      }
    }
  }, 2);
  return {
    stop() {
      clearInterval(timer);
      return { seen: [...seen], looks };
    },
  };
}
