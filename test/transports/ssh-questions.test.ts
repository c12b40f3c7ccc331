import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import { systemClock } from '../../src/transports/clock.ts';
import { generateKeyPair } from '../../src/transports/simulated/ssh-server.ts';
import { patientClock } from '../../src/transports/ssh/patient-clock.ts';
import { type SshOptions, sshTransport } from '../../src/transports/ssh/ssh-transport.ts';
import { fastClock } from './fast-clock.ts';
import { loopbackHost } from './hosts.ts';
import { tcpServer } from './tcp-servers.ts';

const signal = new AbortController().signal;

describe('a host’s questions to the operator', () => {
  const hostKey = generateKeyPair();
  let dir: string;
  let port: number;
  let server: ssh2.Server;
  let prompts: string[] = [];
  let rounds: string[][] = [];
  let clients: ssh2.Connection[] = [];
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'mendgate-questions-'));
    server = new ssh2.Server({ hostKeys: [hostKey.private] }, (client) => {
      clients.push(client);
      client.on('error', () => undefined);
      client.on('authentication', (attempt) => {
        if (attempt.method !== 'keyboard-interactive') return attempt.reject(['keyboard-interactive']);
        attempt.prompt(
          prompts.map((prompt) => ({ prompt, echo: false })),
          (answers) => {
            rounds.push([...answers]);
            if (answers.every((answer) => answer === 'right')) attempt.accept();
            else attempt.reject(['keyboard-interactive']);
          },
        );
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as { port: number }).port;
    writeFileSync(join(dir, 'known_hosts'), `[127.0.0.1]:${port} ${hostKey.public}\n`);
  });
  afterAll(() => {
    server.close();
    rmSync(dir, { recursive: true });
  });
  const open = (questions: string[], options: SshOptions) => {
    prompts = questions;
    rounds = [];
    clients = [];
    return sshTransport({
      knownHostsFiles: [join(dir, 'known_hosts')],
      homeDirectory: dir,
      agent: false,
      ...options,
    }).open(loopbackHost({ port }), { signal });
  };

  it('are named, on one line, bounded and without terminal controls', async () => {
    const asked: string[] = [];
    const hostile = `[sudo] password\x1b[2J\r\nmendgate: all is well${'!'.repeat(5000)}`;
    const connection = await open([hostile], {
      ask: async (prompt) => {
        asked.push(prompt);
        return new Secret('right');
      },
    });
    await connection.close();
    const { name } = loopbackHost({ port });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatch(new RegExp(`^${name} asks: \\[sudo\\] password\\\\x1b\\[2J`));
    expect(asked[0]).toMatch(/^[ -~]{1,400}$/);
  });

  it('without an answer end the login: nothing empty is sent', async () => {
    const opening = open(['Code: '], { ask: async () => undefined });
    await expect(opening).rejects.toMatchObject({ phase: 'cancelled' });
    expect(rounds).toEqual([]);
  });

  it('may take their time: no deadline runs meanwhile', async () => {
    const connection = await open(['Code: '], {
      // At this pace the login's 20 s are over in 400 ms.
      clock: fastClock(50),
      ask: async () => {
        await systemClock.sleep(600);
        return new Secret('right');
      },
    });
    await connection.close();
    expect(rounds).toEqual([['right']]);
  });

  it('are withdrawn when the host hangs up', async () => {
    let withdrawn: AbortSignal | undefined;
    const opening = open(['Code: '], {
      ask: (_prompt, signal) =>
        new Promise((resolve) => {
          withdrawn = signal;
          signal?.addEventListener('abort', () => resolve(undefined), { once: true });
          for (const client of clients) client.end();
        }),
    });
    await expect(opening).rejects.toMatchObject({ phase: 'auth' });
    expect(withdrawn?.aborted).toBe(true);
  });

  it('are not without end', async () => {
    let count = 0;
    const opening = open(
      Array.from({ length: 100 }, () => 'Code: '),
      {
        ask: async () => {
          count += 1;
          return new Secret('right');
        },
      },
    );
    await expect(opening).rejects.toMatchObject({ phase: 'cancelled' });
    expect(count).toBe(10);
  });
});

describe('a patient clock', () => {
  it('adds the time of questions to a deadline, and no more', async () => {
    let now = 0;
    const slept: number[] = [];
    let answer = (): void => undefined;
    const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
    const patient = patientClock({
      now: () => now,
      monotonic: () => now,
      async sleep(ms) {
        slept.push(ms);
        now += 60;
        answer();
        await settle();
        now += ms - 60;
      },
    });
    const question = patient.whileAsking(
      new Promise<void>((resolve) => {
        answer = resolve;
      }),
    );
    await patient.clock.sleep(100);
    await question;
    expect(slept).toEqual([100, 60]);
  });
});

describe('a time limit for connecting', () => {
  it.each([
    ['greets', '', 'banner'],
    ['ends the handshake', 'SSH-2.0-x\r\n', 'kex'],
  ])('ends waiting for a server that never %s', async (_what, greeting, phase) => {
    const server = await tcpServer((socket) => socket.write(greeting));
    const begun = systemClock.monotonic();
    try {
      const opening = sshTransport({
        knownHostsFiles: [],
        privateKeyFiles: [],
        agent: false,
        connectTimeoutMs: 100,
      }).open(loopbackHost({ port: server.port }), { signal });
      await expect(opening).rejects.toMatchObject({ phase, message: expect.stringContaining('0.1 s') });
      expect(systemClock.monotonic() - begun).toBeLessThan(5000);
    } finally {
      server.close();
    }
  });

  it('ends waiting for a login that gets no answer', async () => {
    const hostKey = generateKeyPair();
    const server = new ssh2.Server({ hostKeys: [hostKey.private] }, (client) => {
      client.on('error', () => undefined);
      client.on('authentication', () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const dir = mkdtempSync(join(tmpdir(), 'mendgate-limit-'));
    writeFileSync(join(dir, 'known_hosts'), `[127.0.0.1]:${port} ${hostKey.public}\n`);
    const opening = sshTransport({
      knownHostsFiles: [join(dir, 'known_hosts')],
      privateKeyFiles: [],
      agent: false,
      password: new Secret('x'),
      connectTimeoutMs: 1000,
    }).open(loopbackHost({ port }), { signal });
    await expect(opening).rejects.toMatchObject({ phase: 'auth', message: expect.stringContaining('within 1 s') });
    server.close();
    rmSync(dir, { recursive: true });
  });
});
