import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Transport } from '../../src/model/transport.ts';
import { type Sshd, sshdMissing, startSshd } from '../sshd/sshd.ts';
import { fastClock } from './fast-clock.ts';
import { loopbackHost } from './hosts.ts';
import { overOpenssh, overSsh } from './over-ssh.ts';
import { tcpServer } from './tcp-servers.ts';

const { signal } = new AbortController();

describe.skipIf(sshdMissing !== undefined)('a silent host', () => {
  let sshd: Sshd;
  let silent: Awaited<ReturnType<typeof tcpServer>>;
  const transports: Transport[] = [];
  beforeAll(async () => {
    sshd = await startSshd();
    silent = await tcpServer(() => undefined);
  });
  afterEach(() => Promise.all(transports.splice(0).map((one) => one.close())));
  afterAll(async () => {
    silent?.close();
    await sshd?.stop();
  });

  it.each([
    ['ssh', overSsh],
    ['openssh', overOpenssh],
  ] as const)('is told of as one that lets us wait, and one that answers is not, over %s', async (_name, over) => {
    const quick = over(sshd, { user: 'root', clock: fastClock(4), connectTimeoutMs: 3000 });
    const usual = over(sshd, { user: 'root' });
    transports.push(quick, usual);
    const told: string[] = [];
    const open = (transport: Transport, name: string, port: number) =>
      transport.open(loopbackHost({ port }, name), { signal, waits: () => told.push(name) });
    const ended = open(quick, 'silent', silent.port).catch(({ phase }) => told.push(phase));
    await (await open(usual, 'good', sshd.port)).close();
    await ended;
    expect(told).toEqual(['silent', 'banner']);
  });

  it('takes no place of those that log in over openssh', async () => {
    const transport = overOpenssh(sshd, { user: 'root', clock: fastClock(4), connectTimeoutMs: 3000, atOnce: 1 });
    transports.push(transport);
    const order: string[] = [];
    const open = (name: string, port: number) =>
      transport.open(loopbackHost({ port }, name), { signal }).then(
        () => order.push(name),
        () => order.push(name),
      );
    await Promise.all([open('silent', silent.port), open('good', sshd.port)]);
    expect(order).toEqual(['good', 'silent']);
  });
});
