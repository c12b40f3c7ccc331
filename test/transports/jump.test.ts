import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Host } from '../../src/model/inventory.ts';
import { Secret } from '../../src/model/secret.ts';
import type { Connection, Transport } from '../../src/model/transport.ts';
import { generateKeyPair } from '../../src/transports/simulated/ssh-server.ts';
import { type SshOptions, sshTransport } from '../../src/transports/ssh/ssh-transport.ts';
import { sshConfigs } from '../../src/transports/ssh-config/ssh-configs.ts';
import { freePort, type Sshd, sshdMissing, startFleet, startSshd } from '../sshd/sshd.ts';
import { deafPort } from './fault-servers.ts';
import { loopbackHost, request, someLabel } from './hosts.ts';
import { tcpServer } from './tcp-servers.ts';

const { signal } = new AbortController();

describe.skipIf(sshdMissing !== undefined)('a host behind a bastion', () => {
  let fleet: Awaited<ReturnType<typeof startFleet>>;
  let dir: string;
  let names: readonly [Sshd, Sshd, Sshd];
  const transports: Transport[] = [];
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'mendgate-jump-'));
    fleet = await startFleet(3);
    const [outer, inner, web] = fleet.hosts;
    if (outer === undefined || inner === undefined || web === undefined) throw new Error('three servers');
    names = [outer, inner, web];
  });
  afterEach(async () => {
    for (const transport of transports.splice(0)) await transport.close();
  });
  afterAll(async () => {
    await fleet?.stop();
    rmSync(dir, { recursive: true });
  });

  let files = 0;
  const write = (text: string): string => {
    files += 1;
    const file = join(dir, `file_${files}`);
    writeFileSync(file, text);
    return file;
  };
  const at = (name: string, port: number, more = ''): string =>
    `Host ${name}\n HostName 127.0.0.1\n User root\n Port ${port}\n IdentityFile ${fleet.keyFile}\n${more}`;
  const reaching = (config: string, options: SshOptions = {}): Transport => {
    const transport = sshTransport({
      knownHostsFiles: [fleet.knownHostsFile],
      agent: false,
      homeDirectory: dir,
      sshConfigs: sshConfigs({ file: write(config), homeDirectory: dir }),
      ...options,
    });
    transports.push(transport);
    return transport;
  };
  const named = (name: string): Host => loopbackHost({ address: name, portByDefault: true }, name);
  const says = async (connection: Connection): Promise<string> => {
    const { stdout } = await connection.run(request('echo "$SSH_CONNECTION"; echo in'));
    return stdout;
  };
  const logins = (server: Sshd): number => (server.log().match(/Accepted publickey/g) ?? []).length;
  const port = (index: 0 | 1 | 2): number => names[index].port;

  it('is reached through it, and six of them share one connection', async () => {
    const before = logins(names[0]);
    const transport = reaching(`${at('web*', port(2), ' ProxyJump outer\n')}${at('outer', port(0))}`);
    const hosts = ['web1', 'web2', 'web3', 'web4', 'web5', 'web6'];
    const all = await Promise.all(hosts.map((name) => transport.open(named(name), { signal })));
    for (const connection of all) expect(await says(connection)).toContain(`127.0.0.1 ${port(2)}\nin\n`);
    expect(logins(names[0]) - before).toBe(1);
    for (const connection of all) await connection.close();
    await (await transport.open(named('web1'), { signal })).close();
    expect(logins(names[0]) - before).toBe(1);
  });

  it('shares a connection with so many and no more', async () => {
    const before = logins(names[0]);
    const config = `${at('web*', port(2), ' ProxyJump outer\n')}${at('outer', port(0))}`;
    const transport = reaching(config, { hostsPerBastion: 2 });
    const open = (name: string) => transport.open(named(name), { signal });
    const [first] = await Promise.all(['web1', 'web2', 'web3', 'web4', 'web5'].map(open));
    expect(logins(names[0]) - before).toBe(3);
    await first?.close();
    await expect.poll(async () => (await open('web6')) && logins(names[0]) - before).toBe(3);
  });

  it.each([
    ['both named', ' ProxyJump outer,inner\n', ''],
    ['the bastion has a bastion', ' ProxyJump inner\n', ' ProxyJump outer\n'],
    ['with user and port in place', ` ProxyJump root@outer:PORT,inner\n`, ''],
  ])('is reached through two: %s', async (_name, ofWeb, ofInner) => {
    const [first, second] = [logins(names[0]), logins(names[1])];
    const jump = ofWeb.replace('PORT', String(port(0)));
    const transport = reaching(`${at('web', port(2), jump)}${at('inner', port(1), ofInner)}${at('outer', port(0))}`);
    expect(await says(await transport.open(named('web'), { signal }))).toContain('in\n');
    expect([logins(names[0]) - first, logins(names[1]) - second]).toEqual([1, 1]);
  });

  it('has its key checked, and so has each bastion', async () => {
    const config = `${at('web', port(2), ' ProxyJump outer,inner\n')}${at('inner', port(1))}${at('outer', port(0))}`;
    const known = (...indexes: (0 | 1 | 2)[]): SshOptions => ({
      knownHostsFiles: [write(indexes.map((i) => `[127.0.0.1]:${port(i)} ${names[i].hostKeys[0]}\n`).join(''))],
    });
    const open = (options: SshOptions) => reaching(config, options).open(named('web'), { signal });
    await expect(open(known(1, 2))).rejects.toMatchObject({
      phase: 'jump',
      message: expect.stringMatching(/^bastion inner: bastion outer: the host key is not known: ssh-ed25519 SHA256:/),
      help: expect.stringContaining(`ssh-keyscan -p ${port(0)}`),
    });
    await expect(open(known(0, 2))).rejects.toMatchObject({
      phase: 'jump',
      message: expect.stringMatching(/^bastion inner: the host key is not known/),
    });
    await expect(open(known(0, 1))).rejects.toMatchObject({
      phase: 'host_key',
      help: "compare it with the host's console, then log in once: ssh web",
    });
    await (await open(known(0, 1, 2))).close();
  });

  it('is not reached through a bastion whose revoked keys only ssh can look for', async () => {
    const revoked = write(`${names[0].hostKeys[0]}\n`);
    const config = `${at('web', port(2), ' ProxyJump outer\n')}${at('outer', port(0), ` RevokedHostKeys ${revoked}\n`)}`;
    await expect(reaching(config).open(named('web'), { signal })).rejects.toMatchObject({
      phase: 'jump',
      message: expect.stringMatching(/^bastion outer: .*RevokedHostKeys/),
      help: expect.stringContaining('-c openssh'),
    });
  });

  it('knows its key by HostKeyAlias', async () => {
    const config = `${at('web', port(2), ' ProxyJump outer\n HostKeyAlias the-web\n')}${at('outer', port(0))}`;
    const file = write(`the-web ${names[2].hostKeys[0]}\n[127.0.0.1]:${port(0)} ${names[0].hostKeys[0]}\n`);
    expect(await says(await reaching(config, { knownHostsFiles: [file] }).open(named('web'), { signal }))).toContain(
      'in',
    );
  });

  it('is unreachable at once, and all like it, when the bastion is down; it is tried once', async () => {
    let tried = 0;
    const silent = await tcpServer(() => {
      tried += 1;
    });
    const transport = reaching(`${at('web*', port(2), ' ProxyJump outer\n')}${at('outer', silent.port)}`, {
      connectTimeoutMs: 300,
    });
    const hosts = Array.from({ length: 20 }, (_, i) => named(`web${i}`));
    const open = (host: Host) => transport.open(host, { signal }).catch((error) => `${error.phase} ${error.message}`);
    const reasons = await Promise.all(hosts.map(open));
    const begun = performance.now();
    reasons.push(await open(named('web99')));
    expect(performance.now() - begun).toBeLessThan(200);
    expect(new Set(reasons)).toEqual(
      new Set(['jump bastion outer: the port is open but no SSH server greeted within 0.3 s']),
    );
    expect(tried).toBe(1);
    silent.close();
  });

  it('is unreachable (tcp) when the bastion is fine and it is not', async () => {
    const nobody = await freePort();
    const transport = reaching(`${at('web', nobody, ' ProxyJump outer\n')}${at('outer', port(0))}`);
    await expect(transport.open(named('web'), { signal })).rejects.toMatchObject({
      phase: 'tcp',
      message: `127.0.0.1 port ${nobody} from bastion outer: Connection refused`,
    });
  });

  it('is unreachable by its deadline when it does not answer the bastion, and at once when that breaks', async () => {
    const deaf = await deafPort();
    const bastion = await startSshd({ clientKeyFile: fleet.keyFile, config: ['LogLevel DEBUG1'] });
    const config = `${at('web', deaf.port, ' ProxyJump outer\n')}${at('outer', bastion.port)}`;
    const knownHostsFiles = [bastion.knownHostsFile];
    const late = reaching(config, { knownHostsFiles, connectTimeoutMs: 1500 });
    await expect(late.open(named('web'), { signal })).rejects.toMatchObject({
      phase: 'tcp',
      message: `no answer from 127.0.0.1 port ${deaf.port} through bastion outer within 1.5 s`,
    });
    const broken = reaching(config, { knownHostsFiles }).open(named('web'), { signal });
    const settled = broken.catch((error) => `${error.phase} ${error.message}`);
    const asked = (): number => (bastion.log().match(/server_request_direct_tcpip: originator/g) ?? []).length;
    await expect.poll(asked, { timeout: 10_000 }).toBe(2);
    bastion.cut();
    expect(await settled).toMatch(/^jump the connection to bastion outer broke/);
    await bastion.stop();
    deaf.close();
  });

  it('is unreachable (jump) when the bastion does not lead on, and the others still go', async () => {
    const closed = await startSshd({ clientKeyFile: fleet.keyFile, config: ['AllowTcpForwarding no'] });
    const knownHostsFiles = [fleet.knownHostsFile, closed.knownHostsFile];
    const config = `${at('web1', port(2), ' ProxyJump closed\n')}${at('closed', closed.port)}${at('web2', port(2), ' ProxyJump outer\n')}${at('outer', port(0))}`;
    const transport = reaching(config, { knownHostsFiles });
    const [one, two] = await Promise.allSettled(
      ['web1', 'web2'].map((name) => transport.open(named(name), { signal })),
    );
    expect(one).toMatchObject({
      status: 'rejected',
      reason: { phase: 'jump', help: expect.stringContaining('AllowTcpForwarding') },
    });
    expect(two).toMatchObject({ status: 'fulfilled' });
    await closed.stop();
  });

  it('is lost with its bastion, and reached again by a new connection', async () => {
    const bastion = await startSshd({ clientKeyFile: fleet.keyFile });
    const knownHostsFiles = [fleet.knownHostsFile, bastion.knownHostsFile];
    const config = `${at('web*', port(2), ' ProxyJump outer\n')}${at('outer', bastion.port)}`;
    const transport = reaching(config, { knownHostsFiles });
    const [web1, web2] = await Promise.all(['web1', 'web2'].map((name) => transport.open(named(name), { signal })));
    if (web1 === undefined || web2 === undefined) throw new Error('two connections');
    await web1.run(request('true'));
    const probe = web1.run(request('sleep 20'));
    const ready = join(dir, 'ready');
    const fix = web2.fix({
      parts: [{ label: someLabel, commands: [{ script: `: > ${ready}; sleep 5` }] }],
      become: false,
      timeoutMs: 60_000,
    });
    const { existsSync } = await import('node:fs');
    await expect.poll(() => existsSync(ready), { timeout: 10_000 }).toBe(true);
    bastion.cut();
    await expect(probe).rejects.toMatchObject({
      phase: 'lost',
      message: expect.stringContaining('the connection to bastion outer broke'),
    });
    expect(await fix).toMatchObject({ kind: 'unknown', failure: { phase: 'lost' } });
    expect(await says(await transport.open(named('web3'), { signal }))).toContain('in\n');
    await bastion.stop();
  });

  it('never waits for itself', async () => {
    const hosts = ' HostName 127.0.0.1\n';
    const all = reaching(`Host *\n${hosts} ProxyJump outer\n`);
    await expect(all.open(named('web'), { signal })).rejects.toMatchObject({
      phase: 'jump',
      message: 'bastion outer: ProxyJump goes round in a circle: outer → outer',
    });
    const ring = reaching(
      `Host a\n ProxyJump b\nHost b\n ProxyJump a\nHost web1\n ProxyJump a\nHost web2\n ProxyJump b\n`,
    );
    const open = (name: string) => ring.open(named(name), { signal }).catch((error) => error.message);
    for (const message of await Promise.all(['web1', 'web2'].map(open)))
      expect(message).toMatch(/goes round in a circle/);
  });

  it('can be given up while others go on waiting for the bastion', async () => {
    const controller = new AbortController();
    const slow = await tcpServer(() => controller.abort());
    const config = `${at('web*', port(2), ' ProxyJump outer\n')}${at('outer', slow.port)}`;
    const transport = reaching(config, { connectTimeoutMs: 700 });
    const one = transport.open(named('web1'), { signal: controller.signal });
    const two = transport.open(named('web2'), { signal }).catch((error) => error.phase);
    await expect(one).rejects.toMatchObject({ phase: 'cancelled' });
    expect(await two).toBe('jump');
    slow.close();
  });

  it('gives its password to no bastion', async () => {
    const hostKey = generateKeyPair();
    const methods: string[] = [];
    const server = new ssh2.Server({ hostKeys: [hostKey.private] }, (client) => {
      client.on('error', () => undefined);
      client.on('authentication', (attempt) => {
        methods.push(attempt.method);
        attempt.reject(['password', 'keyboard-interactive']);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port: own } = server.address() as { port: number };
    const knownHostsFiles = [write(`[127.0.0.1]:${own} ${hostKey.public}\n`)];
    const config = `${at('web', port(2), ' ProxyJump outer\n')}${at('outer', own)}`;
    const transport = reaching(config, { knownHostsFiles, password: new Secret('for hosts') });
    await expect(transport.open(named('web'), { signal })).rejects.toMatchObject({
      phase: 'jump',
      message: expect.stringMatching(/^bastion outer: root: the host refuses to let this user in/),
    });
    expect(methods).toEqual(['publickey']);
    server.close();
  });
});
