import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Host } from '../../src/model/inventory.ts';
import { type SshOptions, sshTransport } from '../../src/transports/ssh/ssh-transport.ts';
import { sshConfigs } from '../../src/transports/ssh-config/ssh-configs.ts';
import { freePort, makeKey, type Sshd, sshdMissing, startSshd } from '../sshd/sshd.ts';
import { loopbackHost, request } from './hosts.ts';
import { tcpServer } from './tcp-servers.ts';

const { signal } = new AbortController();
const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));

describe.skipIf(sshdMissing !== undefined)('a host reached as ssh_config says', () => {
  let sshd: Sshd;
  let dir: string;
  let agentSocket: string;
  let agentPid = 0;
  const key = (name: string): string => join(dir, name);
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'mendgate-config-reach-'));
    for (const name of ['right', 'w1', 'w2', 'w3', 'w4']) makeKey(key(name), 'ed25519');
    sshd = await startSshd({
      clientKeyFile: key('right'),
      config: ['MaxAuthTries 3', ...(hasIpv6 ? ['ListenAddress ::1'] : [])],
    });
    agentSocket = key('agent');
    agentPid = Number(/SSH_AGENT_PID=(\d+)/.exec(execFileSync('ssh-agent', ['-s', '-a', agentSocket]).toString())?.[1]);
    const env = { ...process.env, SSH_AUTH_SOCK: agentSocket };
    execFileSync('ssh-add', ['-q', ...['w1', 'w2', 'w3', 'w4', 'right'].map(key)], { env, stdio: 'pipe' });
  });
  afterAll(async () => {
    if (agentPid > 0) process.kill(agentPid);
    await sshd?.stop();
    rmSync(dir, { recursive: true });
  });

  let files = 0;
  const write = (text: string): string => {
    files += 1;
    const file = key(`file_${files}`);
    writeFileSync(file, text);
    return file;
  };
  const known = (): string => `UserKnownHostsFile ${sshd.knownHostsFile}\n`;
  /** `port`: what the inventory says. */
  const open = (
    config: string,
    options: SshOptions = {},
    connect: Partial<Host['connect']> = {},
    port: number | undefined = connect.port,
  ) =>
    sshTransport({
      agent: false,
      homeDirectory: dir,
      sshConfigs: sshConfigs({ file: write(config), homeDirectory: dir }),
      ...options,
    }).open(
      loopbackHost({ address: 'web', ...connect, ...(port === undefined ? { portByDefault: true } : { port }) }, 'web'),
      { signal },
    );
  async function opens(
    config: string,
    options: SshOptions = {},
    connect: Partial<Host['connect']> = {},
    port: number | undefined = connect.port,
  ) {
    const connection = await open(config, options, connect, port);
    const { stdout } = await connection.run(request('id -un'));
    await connection.close();
    return stdout.trim();
  }
  const there = (more = ''): string =>
    `Host web\n HostName 127.0.0.1\n Port ${sshd.port}\n User root\n IdentityFile ${key('right')}\n ${known()}${more}`;

  it('needs nothing else than its name', async () => {
    expect(await opens(there())).toBe('root');
  });

  it('goes by inventory and command line where they say otherwise', async () => {
    const nobody = await freePort();
    await expect(open(there(), {}, {}, nobody)).rejects.toMatchObject({
      phase: 'tcp',
      message: `127.0.0.1 port ${nobody}: connection refused`,
    });
    await expect(open(there(), { user: 'mg-cli' })).rejects.toThrow(/^mg-cli: /);
    await expect(open(there(), { user: 'mg-cli' }, { user: 'mg-inventory' })).rejects.toThrow(/^mg-inventory: /);
    await expect(open(there(), { privateKeyFiles: [key('w1')] })).rejects.toThrow(/tried \S*w1;/);
    await expect(open(there(), { knownHostsFiles: [write('')] })).rejects.toMatchObject({ phase: 'host_key' });
    const other = there().replace(`Port ${sshd.port}`, `Port ${nobody}`);
    expect(await opens(other, {}, {}, sshd.port)).toBe('root');
  });

  it('offers several identities in order, and beside them the agent’s others unless IdentitiesOnly', async () => {
    const several = there().replace(
      `IdentityFile ${key('right')}`,
      `IdentityFile ${key('w1')}\n IdentityFile ${key('right')}`,
    );
    expect(await opens(several)).toBe('root');
    // Three keys before the right one are one too many for this server.
    expect(await opens(several, { agent: agentSocket })).toBe('root');
    const wrong = there().replace(key('right'), key('w1'));
    await expect(open(`${wrong} IdentitiesOnly yes\n`, { agent: agentSocket })).rejects.toThrow(
      /tried agent key test \(SHA256:.{10}…\)$/,
    );
    await expect(open(wrong, { agent: agentSocket })).rejects.toThrow(
      /tried agent key [^,]*, agent key [^,]*, agent key [^,]*$/,
    );
  });

  it('asks the agent that IdentityAgent names', async () => {
    const config = there(` IdentityAgent ${agentSocket}\n IdentitiesOnly yes\n`);
    const { agent: _, ...options }: SshOptions = { agent: false };
    expect(await opens(config, options)).toBe('root');
    await expect(open(there(` IdentityAgent none\n`).replace(key('right'), key('none')), options)).rejects.toThrow(
      /nothing could be tried/,
    );
  });

  it('keeps to PreferredAuthentications and BatchMode', async () => {
    await expect(open(there(' PreferredAuthentications password\n'))).rejects.toThrow(/nothing could be tried/);
    let asked = 0;
    const ask = async () => {
      asked += 1;
      return undefined;
    };
    makeKey(key('locked'), 'ed25519', 'a passphrase');
    const locked = there().replace(key('right'), key('locked'));
    await expect(open(`${locked} BatchMode yes\n`, { ask })).rejects.toMatchObject({ phase: 'auth' });
    expect(asked).toBe(0);
    await expect(open(locked, { ask })).rejects.toMatchObject({ phase: 'auth' });
    expect(asked).toBe(1);
  });

  it('gives up after ConnectTimeout', async () => {
    const silent = await tcpServer(() => undefined);
    const begun = performance.now();
    await expect(
      open(`Host web\n HostName 127.0.0.1\n Port ${silent.port}\n ConnectTimeout 1\n`),
    ).rejects.toMatchObject({ phase: 'banner', message: expect.stringContaining('within 1 s') });
    expect(performance.now() - begun).toBeLessThan(4000);
    silent.close();
  });

  it('is known by its HostKeyAlias, and only by that', async () => {
    const alias = (file: string): string =>
      there(' HostKeyAlias fleet\n').replace(known(), `UserKnownHostsFile ${file}\n`);
    expect(await opens(alias(write(`fleet ${sshd.hostKeys[0]}\n`)))).toBe('root');
    await expect(open(alias(sshd.knownHostsFile))).rejects.toMatchObject({ phase: 'host_key' });
  });

  it('is unreachable (config) when the configuration cannot be understood', async () => {
    await expect(open('Host web\n Prot 22\n')).rejects.toMatchObject({
      phase: 'config',
      message: expect.stringContaining('Bad configuration option: prot'),
    });
  });

  it('is not dialled where only a ProxyCommand leads', async () => {
    await expect(open(there(' ProxyCommand nc %h %p\n'))).rejects.toMatchObject({
      phase: 'config',
      help: expect.stringContaining('-c openssh'),
    });
    expect(await opens(there(' ProxyCommand none\n'))).toBe('root');
  });

  it.each(['RevokedHostKeys', 'KnownHostsCommand'])('is not dialled where %s says whom to trust', async (option) => {
    const list = write(`${sshd.hostKeys[0]}\n`);
    await expect(open(there(` ${option} ${list}\n`))).rejects.toMatchObject({
      phase: 'config',
      message: expect.stringMatching(
        new RegExp(`^ssh_config .* web \\(${option}\\), which only the system's ssh can do$`),
      ),
      help: expect.stringContaining('-c openssh'),
    });
    expect(await opens(there(` ${option} none\n`))).toBe('root');
  });

  it.skipIf(!hasIpv6)('is reached over IPv6, by address and by name', async () => {
    const line = `[::1]:${sshd.port} ${sshd.hostKeys[0]}\n[localhost]:${sshd.port} ${sshd.hostKeys[0]}\n`;
    const options: SshOptions = { knownHostsFiles: [write(line)], privateKeyFiles: [key('right')], user: 'root' };
    expect(await opens('', options, { address: '::1', port: sshd.port })).toBe('root');
    const six = `Host localhost\n AddressFamily inet6\n Port ${sshd.port}\n`;
    const names = { files: { hosts: write('127.0.0.1 localhost\n::1 localhost\n'), resolvConf: '', nsswitch: '' } };
    const connection = await open(six, { ...options, names }, { address: 'localhost' });
    expect((await connection.run(request('echo "$SSH_CONNECTION"'))).stdout).toMatch(/^::1 /);
    await connection.close();
    const onlyFour = { files: { ...names.files, hosts: write('127.0.0.1 localhost\n') } };
    await expect(open(six, { ...options, names: onlyFour }, { address: 'localhost' })).rejects.toMatchObject({
      phase: 'dns',
      message: 'localhost has no IPv6 address',
    });
  });

  it('has its configuration asked for once, and by few at a time', async () => {
    const count = key('count');
    const fake = key('fake-ssh');
    writeFileSync(fake, `#!/bin/sh\necho x >> ${count}\nexec ssh "$@"\n`, { mode: 0o755 });
    const configs = sshConfigs({ file: write(there()), homeDirectory: dir, program: fake });
    const ask = () => configs.of({ address: 'web' });
    await Promise.all([ask(), ask(), ask()]);
    await configs.of({ address: 'db' });
    expect(existsSync(count) && execFileSync('wc', ['-l', count]).toString()).toMatch(/^1 /);
  });
});
