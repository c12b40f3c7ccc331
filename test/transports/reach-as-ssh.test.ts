import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Transport } from '../../src/model/transport.ts';
import { systemClock } from '../../src/transports/clock.ts';
import type { LoginOptions } from '../../src/transports/login-options.ts';
import { opensshTransport } from '../../src/transports/openssh/openssh-transport.ts';
import { agentAsker } from '../../src/transports/ssh/agent-list.ts';
import { sshTransport } from '../../src/transports/ssh/ssh-transport.ts';
import { sshByNeed } from '../../src/transports/ssh-choice.ts';
import { sshConfigs } from '../../src/transports/ssh-config/ssh-configs.ts';
import { makeKey, type Sshd, type SshdOptions, sshdMissing, startSshd } from '../sshd/sshd.ts';
import { loopbackHost, request } from './hosts.ts';

const { signal } = new AbortController();

/** What `ssh web` does with an ssh_config, and what mendgate does: left to itself, and told to use ssh2. */
describe.skipIf(sshdMissing !== undefined)('what ssh reaches is reached', () => {
  let dir: string;
  const transports: Transport[] = [];
  const servers: Sshd[] = [];
  const path = (name: string): string => join(dir, name);
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'mg-as-ssh-'));
    for (const name of ['right', 'own', 'host', 'stale', 'authority', 'stranger']) makeKey(path(name), 'ed25519');
    sign('-h', '-n', '127.0.0.1', path('host.pub'));
  });
  afterEach(async () => {
    for (const transport of transports.splice(0)) await transport.close();
    for (const server of servers.splice(0)) await server.stop();
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  const sign = (...args: string[]): void => {
    execFileSync('ssh-keygen', ['-q', '-s', path('authority'), '-I', 'test', ...args], { stdio: 'pipe' });
  };
  const publicOf = (name: string): string => readFileSync(path(`${name}.pub`), 'utf8').trim();
  const serve = async (options: SshdOptions): Promise<Sshd> => {
    const server = await startSshd({ clientKeyFile: path('right'), ...options });
    servers.push(server);
    return server;
  };
  let files = 0;
  const write = (text: string): string => {
    files += 1;
    writeFileSync(path(`file_${files}`), text);
    return path(`file_${files}`);
  };
  const webAt = (
    { port, knownHostsFile }: Pick<Sshd, 'port' | 'knownHostsFile'>,
    more: string,
    key = 'right',
  ): string =>
    `Host web\n HostName 127.0.0.1\n Port ${port}\n User root\n IdentityFile ${path(key)}\n` +
    ` UserKnownHostsFile ${knownHostsFile}\n GlobalKnownHostsFile none\n${more}`;
  /** Transports that go by an ssh_config; `used`: by which of the two web was opened. */
  function by(config: string, options: LoginOptions = { agent: false }) {
    const file = write(config);
    const configs = sshConfigs({ file, homeDirectory: dir });
    const used: string[] = [];
    const watched = (transport: Transport): Transport => {
      transports.push(transport);
      return {
        ...transport,
        open(host, how) {
          used.push(transport.name);
          return transport.open(host, how);
        },
      };
    };
    const ssh = watched(sshTransport({ ...options, homeDirectory: dir, sshConfigs: configs }));
    const openssh = watched(opensshTransport({ ...options, sshConfigFile: file }));
    return {
      ssh,
      used,
      auto: sshByNeed({ ...options, ssh, openssh, configs, askAgent: agentAsker(systemClock), homeDirectory: dir }),
    };
  }
  async function answers(transport: Transport): Promise<void> {
    const web = loopbackHost({ address: 'web', portByDefault: true }, 'web');
    const connection = await transport.open(web, { signal });
    expect((await connection.run(request('echo in'))).stdout).toBe('in\n');
    await connection.close();
  }

  describe('by algorithms that ssh_config allows', () => {
    it.each([
      ['an old host key', ['HostKeyAlgorithms ssh-rsa'], ' HostKeyAlgorithms +ssh-rsa\n'],
      [
        'an old key exchange',
        ['KexAlgorithms diffie-hellman-group14-sha1'],
        ' KexAlgorithms +diffie-hellman-group14-sha1\n',
      ],
      ['an old cipher', ['Ciphers aes128-cbc'], ' Ciphers +aes128-cbc\n'],
      ['an old MAC', ['MACs hmac-md5', 'Ciphers aes128-ctr'], ' MACs hmac-md5,hmac-sha1\n'],
    ])('%s, by ssh2 itself', async (_what, config, ofWeb) => {
      const sshd = await serve({ hostKeyTypes: ['rsa'], config });
      await expect(answers(by(webAt(sshd, '')).ssh)).rejects.toMatchObject({ phase: 'kex' });
      await answers(by(webAt(sshd, ofWeb)).ssh);
    });

    it.each([
      ['a cipher', ' Ciphers 3des-cbc\n'],
      ['a key exchange', ' KexAlgorithms diffie-hellman-group1-sha1\n'],
      ['the wrong MACs', ' MACs hmac-md5\n Ciphers aes128-ctr\n'],
      ['a host key', ' HostKeyAlgorithms rsa-sha2-512\n'],
    ])('and only by those: %s', async (_what, ofWeb) => {
      const sshd = await serve({});
      await expect(answers(by(webAt(sshd, ofWeb)).ssh)).rejects.toMatchObject({ phase: 'kex' });
      await expect(answers(by(webAt(sshd, ofWeb)).auto)).rejects.toThrow();
    });
  });

  it('by keys of the kinds that ssh_config accepts, and by no others', async () => {
    const sshd = await serve({});
    await answers(by(webAt(sshd, ' PubkeyAcceptedAlgorithms ssh-ed25519\n')).ssh);
    const refused = answers(by(webAt(sshd, ' PubkeyAcceptedAlgorithms -ssh-ed25519*\n')).ssh);
    await expect(refused).rejects.toMatchObject({
      phase: 'auth',
      help: expect.stringContaining('ssh_config does not accept keys of type ssh-ed25519'),
    });
  });

  describe('by algorithms that ssh2 does not have', () => {
    it.each([
      ['a MAC', ['MACs umac-128-etm@openssh.com', 'Ciphers aes128-ctr'], ''],
      ['a key exchange', ['KexAlgorithms sntrup761x25519-sha512@openssh.com'], ''],
      ['nothing else allowed', [], ' KexAlgorithms sntrup761x25519-sha512@openssh.com\n'],
    ])("%s: by the system's ssh, of which -c ssh tells", async (_what, config, ofWeb) => {
      const sshd = await serve({ config });
      const left = by(webAt(sshd, ofWeb));
      await answers(left.auto);
      // Known from then on: another connection to the same host begins with what works.
      await answers(left.auto);
      expect(left.used).toEqual(['ssh', 'openssh', 'openssh']);
      await expect(answers(by(webAt(sshd, ofWeb)).ssh)).rejects.toMatchObject({
        help: expect.stringContaining('-c openssh'),
      });
    });
  });

  describe('with a host certificate', () => {
    const certified = () => serve({ config: [`HostKey ${path('host')}`, `HostCertificate ${path('host-cert.pub')}`] });
    const known = ({ port }: Sshd, lines: readonly string[]) => ({
      port,
      knownHostsFile: write(lines.map((line) => `${line.replace('NAME', `[127.0.0.1]:${port}`)}\n`).join('')),
    });

    it('beside a plain line that is out of date', async () => {
      const sshd = await certified();
      const stale = `NAME ${publicOf('stale')}`;
      const web = webAt(known(sshd, [stale, `@cert-authority NAME ${publicOf('authority')}`]), '');
      const left = by(web);
      await answers(left.auto);
      expect(left.used).toEqual(['ssh', 'openssh']);
      await expect(answers(by(web).ssh)).rejects.toMatchObject({
        phase: 'host_key',
        message: expect.stringContaining('trusts a certificate authority for it'),
        help: expect.stringContaining('-c openssh'),
      });
      const strange = webAt(known(sshd, [stale, `@cert-authority NAME ${publicOf('stranger')}`]), '');
      await expect(answers(by(strange).auto)).rejects.toMatchObject({ phase: 'host_key' });
    });

    it('whose authority is named without the port', async () => {
      const sshd = await certified();
      const web = webAt(known(sshd, [`@cert-authority 127.0.0.* ${publicOf('authority')}`]), '');
      const left = by(web);
      await answers(left.auto);
      expect(left.used).toEqual(['openssh']);
      await expect(answers(by(web).ssh)).rejects.toMatchObject({ help: expect.stringContaining('-c openssh') });
    });
  });

  it('with a certificate that only the agent has', async () => {
    copyFileSync(path('own'), path('vault'));
    copyFileSync(path('own.pub'), path('vault.pub'));
    sign('-n', 'root', path('vault.pub'));
    const agent = path('agent');
    const env = { ...process.env, SSH_AUTH_SOCK: agent };
    const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(execFileSync('ssh-agent', ['-s', '-a', agent]).toString())?.[1]);
    try {
      execFileSync('ssh-add', ['-q', path('vault')], { env, stdio: 'pipe' });
      rmSync(path('vault-cert.pub'));
      const sshd = await serve({ config: [`TrustedUserCAKeys ${path('authority.pub')}`] });
      const web = webAt(sshd, '', 'absent');
      const left = by(web, { agent });
      await answers(left.auto);
      expect(left.used).toEqual(['openssh']);
      const only = by(`${web} IdentitiesOnly yes\n`, { agent });
      await expect(answers(only.auto)).rejects.toMatchObject({ phase: 'auth' });
      expect(only.used).toEqual(['ssh']);
    } finally {
      process.kill(pid);
    }
  });

  it.each([
    ['its own key', 'own'],
    ["no key but the hosts'", 'right'],
  ])('through a bastion with %s, whatever the command line names for the hosts', async (_what, ofBastion) => {
    const sshd = await serve({});
    const gate = await serve({ clientKeyFile: path(ofBastion) });
    const knownHostsFile = write(readFileSync(sshd.knownHostsFile, 'utf8') + readFileSync(gate.knownHostsFile, 'utf8'));
    const web = webAt({ port: sshd.port, knownHostsFile }, ' ProxyJump gate\n');
    const config = web + webAt({ port: gate.port, knownHostsFile }, '', 'own').replace('Host web', 'Host gate');
    await answers(by(config, { agent: false, privateKeyFiles: [path('right')] }).ssh);
  });

  it('with a blank in the name of its known_hosts', async () => {
    const sshd = await serve({});
    copyFileSync(sshd.knownHostsFile, path('known hosts'));
    const knownHostsFile = `"${path('known hosts')}" ${path('none')}`;
    await answers(by(webAt({ ...sshd, knownHostsFile }, '')).ssh);
  });
});
