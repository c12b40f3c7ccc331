import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, afterAll as letGo } from 'vitest';
import type { BecomeMethod } from '../../src/model/runbook.ts';
import { Secret } from '../../src/model/secret.ts';
import type { Connection, Transport } from '../../src/model/transport.ts';
import { type Sshd, sshdMissing, startSshd } from '../sshd/sshd.ts';
import { makeUser, sudoMissing, type TestUser } from '../sshd/users.ts';
import { loopbackHost, request, someLabel } from './hosts.ts';
import { overOpenssh, overSsh } from './over-ssh.ts';

const wrong = { phase: 'become', message: 'sudo: wrong password' };
const parts = [{ label: someLabel, commands: [{ argv: ['id', '-un'] as const }] }];

describe.skipIf((sshdMissing ?? sudoMissing) !== undefined)('a become password', () => {
  let sshd: Sshd;
  let user: TestUser;
  let dir: string;
  const open: (Connection | Transport)[] = [];
  const ways = { ssh: overSsh, openssh: overOpenssh };

  beforeAll(async () => {
    sshd = await startSshd();
    dir = mkdtempSync(join(tmpdir(), 'mendgate-once-'));
    user = makeUser('mg-once', { sudo: 'password', password: 'the-right-one' });
    appendFileSync('/etc/sudoers.d/mg-once', `Defaults:mg-once logfile=${dir}/sudo.log, loglinelen=0\n`);
  });
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
    rmSync(join(dir, 'sudo.log'), { force: true });
  });
  letGo(async () => {
    await sshd?.stop();
    user?.remove();
    if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
  });

  /** Attempts that sudo counted. */
  const attempts = (): number => {
    const log = join(dir, 'sudo.log');
    return existsSync(log) ? readFileSync(log, 'utf8').split('incorrect password attempt').length - 1 : 0;
  };
  function reach(way: keyof typeof ways, becomePassword: string, becomeMethod: BecomeMethod = 'sudo') {
    const transport = ways[way](sshd, { becomePassword: new Secret(becomePassword), becomeMethod });
    open.push(transport);
    return async (): Promise<Connection> => {
      const host = loopbackHost({ port: sshd.port, user: 'mg-once' });
      const connection = await transport.open(host, { signal: new AbortController().signal });
      open.push(connection);
      return connection;
    };
  }
  const whoAmI = (connection: Connection, become: string) => connection.run(request('id -un', { become }));

  it.each(['ssh', 'openssh'] as const)(
    'that is wrong is tried once, whoever wants to be whom at the same moment, over %s',
    async (way) => {
      const connection = await reach(way, 'wrong')();
      connection.foresee?.({ lanes: [false, 'root', 'nobody', 'daemon'], fix: 'root' });
      const looks = ['root', 'nobody', 'daemon'].map((become) => whoAmI(connection, become));
      const fix = connection.fix({ parts, become: 'bin', timeoutMs: 10_000 });
      expect(await Promise.all(looks.map((look) => look.catch((error: unknown) => error)))).toMatchObject([
        wrong,
        wrong,
        wrong,
      ]);
      expect(await fix).toMatchObject({ kind: 'not_started', failure: wrong });
      expect((await connection.run(request('id -un'))).stdout).toBe('mg-once\n');
      expect(attempts()).toBe(1);
    },
  );

  it.each(['ssh', 'openssh'] as const)(
    'that is wrong is not tried again over another connection, by %s',
    async (way) => {
      const connect = reach(way, 'wrong');
      const [first, beside] = await Promise.all([connect(), connect()]);
      const both = [whoAmI(first, 'root'), whoAmI(beside, 'nobody')];
      for (const look of both) await expect(look).rejects.toMatchObject(wrong);
      await first.close();
      const later = await connect();
      await expect(whoAmI(later, 'root')).rejects.toMatchObject(wrong);
      await expect(later.greeted?.('daemon')).rejects.toMatchObject(wrong);
      expect(await later.fix({ parts, become: 'bin', timeoutMs: 10_000 })).toMatchObject({ kind: 'not_started' });
      expect(attempts()).toBe(1);
    },
  );

  it('that is right serves all', async () => {
    const connection = await reach('ssh', 'the-right-one')();
    connection.foresee?.({ lanes: ['root', 'nobody', 'daemon'] });
    const looks = ['root', 'nobody', 'daemon'].map((become) => whoAmI(connection, become));
    expect((await Promise.all(looks)).map(({ stdout }) => stdout)).toEqual(['root\n', 'nobody\n', 'daemon\n']);
    expect(await connection.fix({ parts, become: 'root', timeoutMs: 10_000 })).toMatchObject({ kind: 'ended' });
    expect(attempts()).toBe(0);
  });

  it("is the other user's own for su: one that fits nobody else may fit the next", async () => {
    const connection = await reach('ssh', 'the-right-one', 'su')();
    const looks = [whoAmI(connection, 'daemon'), connection.run(request('id -un', { become: 'mg-once' }))];
    const [refused, own] = await Promise.allSettled(looks);
    expect(refused).toMatchObject({ status: 'rejected', reason: { message: 'su: wrong password' } });
    expect(own).toMatchObject({ status: 'fulfilled', value: { stdout: 'mg-once\n' } });
  });
});
