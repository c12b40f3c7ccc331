import { chmodSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection, Transport } from '../../src/model/transport.ts';
import { opensshTransport } from '../../src/transports/openssh/openssh-transport.ts';
import { sshTransport } from '../../src/transports/ssh/ssh-transport.ts';
import { type Sshd, sshdMissing, startSshd } from '../sshd/sshd.ts';
import { makeUser } from '../sshd/users.ts';
import { loopbackHost, request, someLabel } from './hosts.ts';

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

describe.skipIf(sshdMissing !== undefined)('login shells', () => {
  let sshd: Sshd;
  const links = mkdtempSync(join(tmpdir(), 'mendgate-shells-'));
  const transports: Readonly<Record<string, () => Transport>> = {
    ssh: () => sshTransport({ knownHostsFiles: [sshd.knownHostsFile], privateKeyFiles: [sshd.keyFile], agent: false }),
    openssh: () =>
      opensshTransport({
        knownHostsFiles: [sshd.knownHostsFile],
        privateKeyFiles: [sshd.keyFile],
        agent: false,
        sshConfigFile: 'none',
      }),
  };
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

  it.each(Object.keys(transports))(
    'carry every payload to the byte over %s',
    async (name) => {
      let exact = 0;
      const transport = transports[name]?.();
      for (const [shell, path] of shells) {
        const user = makeUser(`mg-pay-${shell}`, { shell: shell === 'ash' ? join(links, 'ash') : path });
        const connection = await transport?.open(loopbackHost({ port: sshd.port, user: user.name }), {
          signal: new AbortController().signal,
        });
        try {
          const came = connection === undefined ? [] : await exactOf(connection);
          expect({ shell, not: payloads.filter((text) => !came.includes(text)) }).toEqual({ shell, not: [] });
          exact += came.length;
        } finally {
          await connection?.close();
          user.remove();
        }
      }
      await transport?.close();
      process.stdout.write(`${name}: ${exact}/${shells.length * payloads.length} byte-exact\n`);
      expect(payloads).toHaveLength(30);
      expect(exact).toBe(shells.length * payloads.length);
    },
    120_000,
  );
});
