import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import type { Transport } from '../../src/model/transport.ts';
import { systemClock } from '../../src/transports/clock.ts';
import { type OpensshOptions, opensshTransport } from '../../src/transports/openssh/openssh-transport.ts';
import { agentAsker } from '../../src/transports/ssh/agent-list.ts';
import { sshTransport } from '../../src/transports/ssh/ssh-transport.ts';
import { sshByNeed } from '../../src/transports/ssh-choice.ts';
import { sshConfigs } from '../../src/transports/ssh-config/ssh-configs.ts';
import { makeKey, type Sshd, sshdMissing, startFleet, startSshd } from '../sshd/sshd.ts';
import { makeUser } from '../sshd/users.ts';
import { loopbackHost, request } from './hosts.ts';

const signal = new AbortController().signal;
const host = (address: string) => loopbackHost({ address, port: 22, portByDefault: true }, address);

async function greets(transport: Transport, target: ReturnType<typeof host>): Promise<void> {
  try {
    const connection = await transport.open(target, { signal });
    expect((await connection.run(request('echo "$SSH_CONNECTION"'))).stdout).toMatch(/127\.0\.0\.1/);
    const parts = [{ label: { kind: 'apply', name: 'x', params: {} }, commands: [{ argv: ['true'] }] }] as const;
    expect(await connection.fix({ parts, become: false, timeoutMs: 10_000 })).toMatchObject({ kind: 'ended' });
    await connection.close();
  } finally {
    await transport.close();
  }
}

describe.skipIf(sshdMissing !== undefined)('hosts behind others', () => {
  let fleet: Awaited<ReturnType<typeof startFleet>>;
  let config: string;
  const over = (options: OpensshOptions = {}): Transport =>
    opensshTransport({ knownHostsFiles: [fleet.knownHostsFile], agent: false, sshConfigFile: config, ...options });

  beforeAll(async () => {
    fleet = await startFleet(3);
    config = join(fleet.hosts[0]?.dir ?? '', 'config');
    const entries = fleet.hosts.map(
      ({ port }, i) =>
        `Host hop${i + 1}\n  HostName 127.0.0.1\n  Port ${port}\n  User root\n  IdentityFile ${fleet.keyFile}\n`,
    );
    const behind = [
      ['one', 'hop1'],
      ['two', 'hop1,hop2'],
      ['asks', 'mg-hop@hop1'],
    ].map(
      ([name, jump]) =>
        `Host ${name}\n  HostName 127.0.0.1\n  Port ${fleet.hosts[2]?.port}\n  User root\n  IdentityFile ${fleet.keyFile}\n  ProxyJump ${jump}\n`,
    );
    writeFileSync(config, [...entries, ...behind].join(''));
  });
  afterAll(async () => {
    await fleet?.stop();
  });

  it.each([
    ['one', [1, 0]],
    ['two', [1, 1]],
  ])('are reached over %s hop(s)', async (name, hops) => {
    const before = fleet.hosts.map((one) => one.log().length);
    await greets(over(), host(name));
    const forwarded = fleet.hosts.map((one, i) => /Accepted publickey/.test(one.log().slice(before[i])));
    expect(forwarded).toEqual([...hops.map((used) => used === 1), true]);
  });

  it('are all reached where the bastion hangs up on most logins', async () => {
    const busy = await startSshd({ config: ['MaxStartups 1:90:3'], clientKeyFile: fleet.keyFile });
    const narrow = join(fleet.hosts[0]?.dir ?? '', 'config-narrow');
    const entry = (name: string, port: number | undefined, more = ''): string =>
      `Host ${name}\n  HostName 127.0.0.1\n  Port ${port}\n  User root\n  IdentityFile ${fleet.keyFile}\n${more}`;
    const last = fleet.hosts[2]?.port;
    writeFileSync(
      narrow,
      [
        entry('busy', busy.port),
        entry('jump*', last, '  ProxyJump busy\n'),
        entry(
          'command*',
          last,
          `  ProxyCommand ssh -F ${narrow} -o UserKnownHostsFile=${busy.knownHostsFile} -W %h:%p busy\n`,
        ),
      ].join(''),
    );
    const transport = over({ sshConfigFile: narrow, knownHostsFiles: [fleet.knownHostsFile, busy.knownHostsFile] });
    const names = ['jump1', 'jump2', 'jump3', 'command1', 'command2', 'command3'];
    const all = await Promise.all(names.map((name) => transport.open(host(name), { signal })));
    expect(all).toHaveLength(6);
    await transport.close();
    await busy.stop();
  });

  it('are refused where a hop shows a key that nobody knows, whoever the host is', async () => {
    const known = join(fleet.hosts[0]?.dir ?? '', 'only-the-last');
    copyFileSync(fleet.hosts[2]?.knownHostsFile ?? '', known);
    const strict = over({ knownHostsFiles: [known] });
    await expect(strict.open(host('two'), { signal })).rejects.toMatchObject({
      phase: 'jump',
      message: 'the way to two (bastions hop1, hop2) failed: the host key is not known',
    });
    await strict.close();
    const warnings: string[] = [];
    await greets(
      over({ knownHostsFiles: [known], hostKeyPolicy: 'accept-new', onWarning: (w) => warnings.push(w) }),
      host('two'),
    );
    expect(warnings).toHaveLength(2);
  });

  it("never give a hop the host's password", async () => {
    const user = makeUser('mg-hop', { password: 'for the host' });
    const config = join(fleet.hosts[0]?.dir ?? '', 'config-without-keys');
    const [hop, , last] = fleet.hosts;
    writeFileSync(
      config,
      `Host hop\n  HostName 127.0.0.1\n  Port ${hop?.port}\nHost asks\n  HostName 127.0.0.1\n  Port ${last?.port}\n  User mg-hop\n  ProxyJump mg-hop@hop\n`,
    );
    const before = hop?.log().length;
    const asked: string[] = [];
    const transport = over({
      sshConfigFile: config,
      password: new Secret('for the host'),
      async ask(prompt) {
        asked.push(prompt);
        return new Secret('for the hop');
      },
    });
    await expect(transport.open(host('asks'), { signal })).rejects.toMatchObject({ phase: 'jump' });
    await transport.close();
    user.remove();
    expect(asked).toEqual([expect.stringContaining("mg-hop@127.0.0.1's password:")]);
    expect(hop?.log().slice(before)).toMatch(/Failed password for mg-hop/);
    expect(hop?.log().slice(before)).not.toMatch(/Accepted/);
  });
});

describe.skipIf(sshdMissing !== undefined)('certificates', () => {
  let dir: string;
  let sshd: Sshd;
  const path = (name: string): string => join(dir, name);
  const sign = (...args: string[]): void => {
    execFileSync('ssh-keygen', ['-q', '-s', path('ca'), '-I', 'test', '-V', '+1h', ...args], { stdio: 'pipe' });
  };
  const by = (options: OpensshOptions = {}): Transport =>
    opensshTransport({ agent: false, user: 'root', sshConfigFile: 'none', ...options });
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'mg-cert-'));
    makeKey(path('ca'), 'ed25519');
    makeKey(path('host'), 'ed25519');
    makeKey(path('user'), 'ed25519');
    makeKey(path('plain'), 'ed25519');
    sign('-h', '-n', '127.0.0.1', path('host.pub'));
    sign('-n', 'root', path('user.pub'));
    sshd = await startSshd({
      clientKeyFile: path('plain'),
      config: [
        `HostKey ${path('host')}`,
        `HostCertificate ${path('host-cert.pub')}`,
        `TrustedUserCAKeys ${path('ca.pub')}`,
      ],
    });
    const authority = readFileSync(path('ca.pub'), 'utf8');
    writeFileSync(path('authority'), `@cert-authority [127.0.0.1]:${sshd.port} ${authority}`);
    makeKey(path('stranger'), 'ed25519');
    const stranger = readFileSync(path('stranger.pub'), 'utf8');
    writeFileSync(path('other-authority'), `@cert-authority [127.0.0.1]:${sshd.port} ${stranger}`);
  });
  afterAll(async () => {
    await sshd?.stop();
    rmSync(dir, { recursive: true });
  });
  const target = () => loopbackHost({ port: sshd.port });

  it('of hosts are believed from the authority in known_hosts, and from no other', async () => {
    expect(existsSync(path('host-cert.pub'))).toBe(true);
    await greets(by({ knownHostsFiles: [path('authority')], privateKeyFiles: [path('plain')] }), target());
    const strange = by({ knownHostsFiles: [path('other-authority')], privateKeyFiles: [path('plain')] });
    await expect(strange.open(target(), { signal })).rejects.toMatchObject({ phase: 'host_key' });
    await strange.close();
  });

  it('of users log in where the host trusts their authority', async () => {
    await greets(by({ knownHostsFiles: [path('authority')], privateKeyFiles: [path('user')] }), target());
    copyFileSync(path('user'), path('bare'));
    execFileSync('chmod', ['600', path('bare')]);
    const bare = by({ knownHostsFiles: [path('authority')], privateKeyFiles: [path('bare')] });
    await expect(bare.open(target(), { signal })).rejects.toMatchObject({ phase: 'auth' });
    await bare.close();
  });

  it("choose the system's ssh by themselves, and nothing else does", async () => {
    const used: string[] = [];
    const watched = (transport: Transport): Transport => ({
      ...transport,
      open(to, how) {
        used.push(transport.name);
        return transport.open(to, how);
      },
    });
    const plainKnown = path('plain-known');
    writeFileSync(plainKnown, `[127.0.0.1]:${sshd.port} ${readFileSync(path('host.pub'), 'utf8')}`);
    const cases = [
      { knownHostsFiles: [path('authority')], privateKeyFiles: [path('plain')] },
      { knownHostsFiles: [plainKnown], privateKeyFiles: [path('user')] },
      { knownHostsFiles: [plainKnown], privateKeyFiles: [path('plain')] },
    ];
    for (const options of cases) {
      const configs = sshConfigs({ file: 'none' });
      const more = { ...options, agent: false as const, user: 'root' };
      const transport = sshByNeed({
        ssh: watched(sshTransport({ ...more, sshConfigs: configs })),
        openssh: watched(by(more)),
        configs,
        askAgent: agentAsker(systemClock),
        agent: false,
        homeDirectory: dir,
        ...options,
      });
      await greets(transport, target());
    }
    expect(used).toEqual(['openssh', 'openssh', 'ssh']);
  });
});
