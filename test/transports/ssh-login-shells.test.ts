import { chmodSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/model/transport.ts';
import { type Sshd, sshdMissing, startSshd } from '../sshd/sshd.ts';
import { makeUser, sudoMissing } from '../sshd/users.ts';
import { loopbackHost, request, someLabel } from './hosts.ts';
import { logIn, overOpenssh, overSsh } from './over-ssh.ts';

const noise = 'echo NOISE; printf "no line end \\033]0;owned\\007"; echo noise >&2\n';
const loginShells = [
  { name: 'bash', shell: '/bin/bash', files: { '.bashrc': noise, '.profile': noise } },
  { name: 'dash', shell: '/bin/dash', files: {} },
  { name: 'ash', shell: '/bin/busybox', files: {} },
  { name: 'fish', shell: '/usr/bin/fish', files: { '.config/fish/config.fish': noise } },
  { name: 'tcsh', shell: '/usr/bin/tcsh', files: { '.tcshrc': 'echo NOISE\n' } },
].filter(({ shell }) => existsSync(shell));

const odd = `'"\`$(id)\\!*~#%\t\r\n\n-n €\u0001\u007f`;

/** Six, and those that happen to be here. */
const shells = [
  ['bash', '/bin/bash'],
  ['dash', '/bin/dash'],
  ['ash', '/bin/busybox'],
  ['fish', '/usr/bin/fish'],
  ['tcsh', '/usr/bin/tcsh'],
  ['csh', '/usr/bin/csh'],
  ['zsh', '/usr/bin/zsh'],
  ['mksh', '/usr/bin/mksh'],
  ['ksh', '/usr/bin/ksh93'],
].filter((entry): entry is [string, string] => existsSync(entry[1] ?? ''));

/** What shells, quoting and terminals stumble over. */
const payloads = [
  '',
  ' ',
  '\t \t',
  '\n',
  'two\nlines\n\n\n',
  '\r\n',
  "'",
  "''",
  "'\\''",
  '"',
  '\\',
  '\\\\n',
  'ends with a backslash\\',
  '`id`',
  '$(id)',
  '${HOME}$HOME$$$!$?',
  '!!',
  'echo ^INJ^x^ !*',
  "it's\n!echo INJ\n'",
  '* ? [a-z] {a,b} ~ ~root',
  '; id & id | id && id || id > /dev/null < x',
  '# no comment',
  '-n',
  '--help',
  '%s %d %% %n',
  '€ 😀 é\u0301 \u2028 \u202e',
  '\u0001\u0002\u0007\u001b[31m\u007f',
  'a\u000bb\u000cc\u001f',
  '(set -x; exit 5)',
  `${'long '.repeat(1200)}end`,
];

describe.skipIf(sshdMissing !== undefined)('hosts whose users have all kinds of login shells', () => {
  let sshd: Sshd;
  const links = mkdtempSync(join(tmpdir(), 'mendgate-shells-'));
  // BusyBox takes its applet's name from the name it is called by.
  const shellOf = (name: string, path: string): string => (name === 'ash' ? join(links, 'ash') : path);
  beforeAll(async () => {
    sshd = await startSshd();
    chmodSync(links, 0o755);
    symlinkSync('/bin/busybox', join(links, 'ash'));
  });
  afterAll(async () => {
    await sshd?.stop();
    rmSync(links, { recursive: true });
  });

  it.skipIf(sudoMissing !== undefined).each(loginShells)(
    '$name: lane, fix and become are byte exact behind its noise',
    async ({ name, shell, files }) => {
      const user = makeUser(`mg-sh-${name}`, {
        shell: shellOf(name, shell),
        sudo: 'nopasswd',
        files,
      });
      const connection = await logIn(sshd, user.name);
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
    const connection = await logIn(sshd, user.name);
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

  it.each([
    ['nologin', '/usr/sbin/nologin', 1, /login shell is nologin: .*another user \(-u, ansible_user\)/],
    ['a restricted shell', '/bin/rbash', 1, /login shell is a restricted one/],
    ['no shell at all', '/bin/false', 1, /needs a login shell that can run \/bin\/sh/],
    ['a shell that does something else', '/bin/true', 0, /ForceCommand in sshd_config.*command= .*authorized_keys/],
  ])('%s: says what to do', async (_name, shell, code, help) => {
    const user = makeUser('mg-sh-none', { shell });
    const connection = await logIn(sshd, user.name);
    try {
      await expect(connection.run(request('id'))).rejects.toMatchObject({
        phase: 'shell',
        message: expect.stringContaining(`the login shell ended with exit code ${code} before /bin/sh could run`),
        help: expect.stringMatching(help),
      });
    } finally {
      await connection.close();
      user.remove();
    }
  });

  /** Payloads that came back to the byte, from a probe's argument and stdin, and from a fix. */
  async function exactOf(connection: Connection): Promise<readonly string[]> {
    const parts = payloads.map((text) => ({ label: someLabel, commands: [{ argv: ['printf', '%s', text] as const }] }));
    const [fix, ...probes] = await Promise.all([
      connection.fix({ parts, become: false, timeoutMs: 30_000 }),
      ...payloads.map(async (text) => {
        const [argument, stdin] = await Promise.all([
          connection.run(request({ argv: ['printf', '%s', text] })),
          connection.run(request({ argv: ['cat'], stdin: text })),
        ]);
        return { argument: argument.stdout, stdin: stdin.stdout };
      }),
    ]);
    return payloads.filter((text, i) => {
      const fixed = fix.kind === 'ended' ? fix.answers[i] : undefined;
      return probes[i]?.argument === text && probes[i]?.stdin === text && fixed?.rc === 0 && fixed.stdout === text;
    });
  }

  it.each([
    ['ssh', overSsh],
    ['openssh', overOpenssh],
  ] as const)(
    'carry every payload to the byte over %s',
    async (name, over) => {
      let exact = 0;
      const transport = over(sshd);
      for (const [shell, path] of shells) {
        const user = makeUser(`mg-pay-${shell}`, { shell: shellOf(shell, path) });
        const host = loopbackHost({ port: sshd.port, user: user.name });
        const connection = await transport.open(host, { signal: new AbortController().signal });
        try {
          const came = await exactOf(connection);
          expect({ shell, not: payloads.filter((text) => !came.includes(text)) }).toEqual({ shell, not: [] });
          exact += came.length;
        } finally {
          await connection.close();
          user.remove();
        }
      }
      await transport.close();
      process.stdout.write(`${name}: ${exact}/${shells.length * payloads.length} byte-exact\n`);
      expect(payloads).toHaveLength(30);
      expect(exact).toBe(shells.length * payloads.length);
    },
    120_000,
  );
});
