import { chmodSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/model/transport.ts';
import { sshTransport } from '../../src/transports/ssh/ssh-transport.ts';
import { type Sshd, sshdMissing, startSshd } from '../sshd/sshd.ts';
import { makeUser, sudoMissing } from '../sshd/users.ts';
import { loopbackHost, request, someLabel } from './hosts.ts';

const noise = 'echo NOISE; printf "no line end \\033]0;owned\\007"; echo noise >&2\n';
const loginShells = [
  { name: 'bash', shell: '/bin/bash', files: { '.bashrc': noise, '.profile': noise } },
  { name: 'dash', shell: '/bin/dash', files: {} },
  { name: 'ash', shell: '/bin/busybox', files: {} },
  { name: 'fish', shell: '/usr/bin/fish', files: { '.config/fish/config.fish': noise } },
  { name: 'tcsh', shell: '/usr/bin/tcsh', files: { '.tcshrc': 'echo NOISE\n' } },
].filter(({ shell }) => existsSync(shell));

const odd = `'"\`$(id)\\!*~#%\t\r\n\n-n €\u0001\u007f`;

describe.skipIf((sshdMissing ?? sudoMissing) !== undefined)('hosts whose users have all kinds of login shells', () => {
  let sshd: Sshd;
  const links = mkdtempSync(join(tmpdir(), 'mendgate-shells-'));
  const connect = (user: string): Promise<Connection> =>
    sshTransport({ knownHostsFiles: [sshd.knownHostsFile], privateKeyFiles: [sshd.keyFile], agent: false }).open(
      loopbackHost({ port: sshd.port, user }),
      { signal: new AbortController().signal },
    );
  beforeAll(async () => {
    sshd = await startSshd();
    chmodSync(links, 0o755);
    // BusyBox takes its applet's name from the name it is called by.
    symlinkSync('/bin/busybox', join(links, 'ash'));
  });
  afterAll(async () => {
    await sshd?.stop();
    rmSync(links, { recursive: true });
  });

  it.each(loginShells)(
    '$name: lane, fix and become are byte exact behind its noise',
    async ({ name, shell, files }) => {
      const user = makeUser(`mg-sh-${name}`, {
        shell: name === 'ash' ? join(links, 'ash') : shell,
        sudo: 'nopasswd',
        files,
      });
      const connection = await connect(user.name);
      try {
        for (const become of [false, 'root'] as const) {
          const variables = { odd };
          const answers = await Promise.all([
            connection.run(request({ argv: ['printf', '%s', odd] }, { become })),
            connection.run(request({ argv: ['cat'], stdin: odd }, { become })),
            connection.run(request({ script: 'printf %s "$odd" >&2; exit 9', variables }, { become })),
            connection.run(request({ script: "echo 'open" }, { become })),
          ]);
          expect(answers[0]).toMatchObject({ rc: 0, stdout: odd, stderr: '' });
          expect(answers[1]).toMatchObject({ rc: 0, stdout: odd, stderr: '' });
          expect(answers[2]).toMatchObject({ rc: 9, stdout: '', stderr: odd });
          expect(answers[3]?.rc).not.toBe(0);
          const parts = [{ label: someLabel, commands: [{ argv: ['printf', '%s', odd] as const }] }];
          const outcome = await connection.fix({ parts, become, timeoutMs: 10_000 });
          expect(outcome).toMatchObject({ kind: 'ended', answers: [{ rc: 0, stdout: odd, stderr: '' }] });
        }
      } finally {
        await connection.close();
        user.remove();
      }
    },
  );

  it.each([
    [
      'an account without a shell',
      { shell: '/usr/sbin/nologin' },
      /exit code 1 .*This account is currently not available/,
    ],
    ['a start-up file that exits', { files: { '.bashrc': 'exit 5\n' } }, /exit code 5/],
    ['a start-up file that eats stdin', { files: { '.bashrc': 'read -r x; read -r x\n' } }, /did not arrive whole/],
  ])('%s runs nothing and says why', async (_name, options, message) => {
    const user = makeUser('mg-sh-odd', options);
    const connection = await connect(user.name);
    try {
      await expect(connection.run(request('id'))).rejects.toMatchObject({ name: 'HostFailure' });
      await expect(connection.run(request('id'))).rejects.toThrow(message);
      const parts = [{ label: someLabel, commands: [{ argv: ['id'] as const }] }];
      expect(await connection.fix({ parts, become: false, timeoutMs: 5000 })).toMatchObject({ kind: 'not_started' });
    } finally {
      await connection.close();
      user.remove();
    }
  });
});
