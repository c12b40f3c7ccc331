import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/model/clock.ts';
import { type SshOptions, sshTransport } from '../../src/transports/ssh/ssh-transport.ts';
import { sshConfigs } from '../../src/transports/ssh-config/ssh-configs.ts';
import { freePort, type Sshd, sshdMissing, startSshd } from '../sshd/sshd.ts';
import { fastClock } from './fast-clock.ts';
import { loopbackHost, request } from './hosts.ts';
import { tcpServer } from './tcp-servers.ts';

const open = (port: number, options: SshOptions = {}, signal = new AbortController().signal, address = '127.0.0.1') =>
  sshTransport({ knownHostsFiles: [], privateKeyFiles: [], agent: false, user: 'root', ...options }).open(
    loopbackHost({ port, address }),
    { signal },
  );

describe('a host that cannot be reached names the phase', () => {
  it('tcp: nobody listens', async () => {
    const port = await freePort();
    await expect(open(port)).rejects.toMatchObject({
      name: 'HostFailure',
      phase: 'tcp',
      message: `127.0.0.1 port ${port}: connection refused`,
    });
  });

  it('dns: there is no such name', async () => {
    await expect(open(22, {}, undefined, 'no-such-host.invalid')).rejects.toMatchObject({ phase: 'dns' });
  });

  it('waits by chance, longer each time, before it tries a host again that hung up before it greeted', async () => {
    const server = await tcpServer((socket, index) => (index < 6 ? socket.destroy() : socket.end('SSH-1.5-x\r\n')));
    const fast = fastClock(20);
    const waits: number[] = [];
    const clock: Clock = {
      ...fast,
      sleep(ms, given) {
        // Deadlines are the whole seconds.
        if (ms % 1000 !== 0) waits.push(ms);
        return fast.sleep(ms, given);
      },
    };
    const chances = [0.5, 0.1, 0.9, 0.5, 0.3, 0.7];
    await expect(open(server.port, { clock, random: () => chances.shift() ?? 0 })).rejects.toMatchObject({
      phase: 'banner',
    });
    expect(waits).toEqual([50, 20, 360, 400, 480, 1400]);
    server.close();
  });

  it('is cancelled at once', async () => {
    const server = await tcpServer(() => undefined);
    const controller = new AbortController();
    const opening = open(server.port, {}, controller.signal);
    setImmediate(() => controller.abort());
    await expect(opening).rejects.toMatchObject({ phase: 'cancelled' });
    server.close();
  });
});

describe.skipIf(sshdMissing !== undefined)('host keys of a real sshd', () => {
  let sshd: Sshd;
  let other: Sshd;
  let dir: string;
  let files = 0;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'mendgate-keys-'));
    [sshd, other] = await Promise.all([startSshd({ hostKeyTypes: ['ed25519', 'ecdsa', 'rsa'] }), startSshd()]);
  });
  afterAll(async () => {
    await Promise.all([sshd?.stop(), other?.stop()]);
    rmSync(dir, { recursive: true });
  });
  const knownHosts = (text: string): string => {
    files += 1;
    const file = join(dir, `known_hosts_${files}`);
    writeFileSync(file, text);
    return file;
  };
  const connectWith = (file: string, more: SshOptions = {}) =>
    open(sshd.port, { knownHostsFiles: [file], privateKeyFiles: [sshd.keyFile], ...more });

  it.each([0, 1, 2])('a host known by one key type only (%i) is asked for that type', async (index) => {
    const connection = await connectWith(knownHosts(`[127.0.0.1]:${sshd.port} ${sshd.hostKeys[index]}\n`));
    expect(connection.hostKey).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
    expect((await connection.run(request('echo hi'))).stdout).toBe('hi\n');
    await connection.close();
  });

  it('refuses an unknown key, with its fingerprint and the line to type', async () => {
    const file = knownHosts('');
    await expect(connectWith(file)).rejects.toMatchObject({
      phase: 'host_key',
      message: expect.stringMatching(/not known: \S+ SHA256:/),
      help: expect.stringContaining(`ssh-keyscan -p ${sshd.port} 127.0.0.1 >> ${file}`),
    });
  });

  it('refuses a changed key, with both fingerprints, its place and the line to type', async () => {
    const file = knownHosts(`# mine\n[127.0.0.1]:${sshd.port} ${other.hostKeys[0]}\n`);
    for (const hostKeyPolicy of ['strict', 'accept-new'] as const) {
      await expect(connectWith(file, { hostKeyPolicy })).rejects.toMatchObject({
        phase: 'host_key',
        message: expect.stringMatching(/SHA256:\S+, known is ssh-ed25519 SHA256:\S+ \(.*known_hosts_\d+:2\)/),
        help: expect.stringContaining(`ssh-keygen -R '[127.0.0.1]:${sshd.port}' -f ${file}`),
      });
    }
  });

  it('refuses a revoked key under any policy', async () => {
    const line = `[127.0.0.1]:${sshd.port} ${sshd.hostKeys[0]}`;
    const file = knownHosts(`${line}\n@revoked * ${sshd.hostKeys[0]}\n`);
    for (const hostKeyPolicy of ['strict', 'accept-new'] as const) {
      await expect(connectWith(file, { hostKeyPolicy })).rejects.toMatchObject({
        phase: 'host_key',
        message: expect.stringContaining('revoked'),
      });
    }
  });

  it('accepts a new key when told so, says it, and remembers it', async () => {
    const file = join(dir, 'fresh', 'known_hosts');
    const warnings: string[] = [];
    const first = await connectWith(file, {
      hostKeyPolicy: 'accept-new',
      onWarning: (text) => warnings.push(text),
      // Debian's own has names hashed.
      sshConfigs: sshConfigs({ file: 'none' }),
    });
    await first.close();
    expect(warnings).toEqual([expect.stringMatching(/not known and is trusted from now on: ssh-ed25519 SHA256:/)]);
    expect(readFileSync(file, 'utf8')).toBe(`[127.0.0.1]:${sshd.port} ${sshd.hostKeys[0]}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await (await connectWith(file)).close();
  });

  it('gets through to a host that first drops connections', async () => {
    const proxy = await tcpServer((socket, index) => {
      if (index < 3) socket.destroy();
      else socket.pipe(connect(sshd.port, '127.0.0.1')).pipe(socket);
    });
    const file = knownHosts(`[127.0.0.1]:${proxy.port} ${sshd.hostKeys[0]}\n`);
    const connection = await open(proxy.port, { knownHostsFiles: [file], privateKeyFiles: [sshd.keyFile] });
    expect((await connection.run(request('echo hi'))).stdout).toBe('hi\n');
    await connection.close();
    proxy.close();
  });
});
