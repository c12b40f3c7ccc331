import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BecomeMethod } from '../../src/model/runbook.ts';
import { Secret } from '../../src/model/secret.ts';
import type { Connection } from '../../src/model/transport.ts';
import { type Sshd, sshdMissing, startSshd } from '../sshd/sshd.ts';
import { makeUser, type TestUser } from '../sshd/users.ts';
import { request, someLabel } from './hosts.ts';
import { logIn } from './over-ssh.ts';

const doasConf = '/etc/doas.conf';
const doasMissing = existsSync('/usr/bin/doas') ? undefined : 'doas is not installed';

describe.skipIf((sshdMissing ?? doasMissing) !== undefined)('becoming another user through doas and su', () => {
  let sshd: Sshd;
  const hadConf = existsSync(doasConf) ? readFileSync(doasConf) : undefined;
  const users: TestUser[] = [];
  const open: Connection[] = [];

  async function connect(name: string, becomeMethod: BecomeMethod, becomePassword?: string): Promise<Connection> {
    const connection = await logIn(sshd, name, {
      becomeMethod,
      ...(becomePassword === undefined ? {} : { becomePassword: new Secret(becomePassword) }),
    });
    open.push(connection);
    return connection;
  }

  beforeAll(async () => {
    sshd = await startSshd();
    users.push(makeUser('mg-doas'), makeUser('mg-asks'), makeUser('mg-other', { password: 'of-the-other' }));
    writeFileSync(doasConf, 'permit nopass mg-doas as root\npermit mg-asks as root\n', { mode: 0o400 });
  });
  afterAll(async () => {
    for (const connection of open) await connection.close();
    await sshd?.stop();
    for (const made of users) made.remove();
    if (hadConf === undefined) rmSync(doasConf, { force: true });
    else writeFileSync(doasConf, hadConf);
  });

  it('doas makes root of a user it trusts, in the probe lane and in fixes', async () => {
    const connection = await connect('mg-doas', 'doas');
    expect(await connection.run(request('id -un; cat', { become: 'root' }))).toMatchObject({ rc: 0, stdout: 'root\n' });
    const parts = [{ label: someLabel, commands: [{ argv: ['id', '-un'] as const }] }];
    expect(await connection.fix({ parts, become: 'root', timeoutMs: 10_000 })).toMatchObject({
      kind: 'ended',
      answers: [{ rc: 0, stdout: 'root\n' }],
    });
  });

  it('su gives the other user’s password once, and keeps it from the command', async () => {
    const connection = await connect('mg-doas', 'su', 'of-the-other');
    const answer = await connection.run(request('id -un; cat; env', { become: 'mg-other' }));
    expect(answer).toMatchObject({ rc: 0, stderr: '' });
    expect(answer.stdout).toMatch(/^mg-other\n/);
    expect(answer.stdout).not.toContain('of-the-other');
  });

  it.each([
    ['mg-asks', 'doas', undefined, 'root', 'doas: a password is required'],
    ['mg-asks', 'doas', 'a-password', 'root', 'doas: a password is required'],
    ['mg-doas', 'doas', undefined, 'mg-other', 'doas: the user is not permitted this'],
    ['mg-doas', 'doas', undefined, 'mg-nobody', 'doas: there is no such user on the host'],
    ['mg-doas', 'su', undefined, 'mg-other', 'su: a password is required'],
    ['mg-doas', 'su', 'wrong', 'mg-other', 'su: wrong password'],
    ['mg-doas', 'su', 'wrong', 'mg-nobody', 'su: there is no such user on the host'],
  ] as const)(
    'says why %s may not by %s (password %s) become %s: %s',
    async (name, method, password, user, message) => {
      const connection = await connect(name, method, password);
      await expect(connection.run(request('id', { become: user }))).rejects.toMatchObject({ phase: 'become', message });
      const parts = [{ label: someLabel, commands: [{ argv: ['id'] as const }] }];
      const outcome = await connection.fix({ parts, become: user, timeoutMs: 10_000 });
      expect(outcome).toMatchObject({ kind: 'not_started', failure: { phase: 'become', message } });
    },
  );
});
