import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { opensshTransport } from '../../src/transports/openssh/openssh-transport.ts';
import { dropbearMissing, makeKey, sshdMissing, startSshd } from '../sshd/sshd.ts';
import { makeUser, sudoMissing } from '../sshd/users.ts';
import { loopbackHost } from './hosts.ts';
import { transportContract } from './transport.contract.ts';

describe.skipIf((sshdMissing ?? sudoMissing) !== undefined)("the system's ssh, with a user that may use sudo", () => {
  for (const server of ['openssh', 'dropbear'] as const) {
    describe.skipIf(server === 'dropbear' && dropbearMissing !== undefined)(server, () => {
      transportContract(`openssh to ${server}`, async () => {
        const dir = mkdtempSync(join(tmpdir(), 'mendgate-contract-'));
        chmodSync(dir, 0o777);
        makeKey(join(dir, 'key'), 'ed25519');
        const authorizedKeys = readFileSync(join(dir, 'key.pub'), 'utf8');
        const effects = join(dir, 'effects');
        mkdirSync(effects);
        const user = makeUser(`mg-mux-${server}`, { sudo: 'nopasswd', authorizedKeys });
        const sshd = await startSshd({ server, clientKeyFile: join(dir, 'key') });
        return {
          transport: opensshTransport({
            knownHostsFiles: [sshd.knownHostsFile],
            privateKeyFiles: [sshd.keyFile],
            agent: false,
            sshConfigFile: 'none',
          }),
          host: loopbackHost({ port: sshd.port, user: user.name }),
          folder: effects,
          async stop() {
            await sshd.stop();
            user.remove();
            rmSync(dir, { recursive: true });
          },
        };
      });
    });
  }
});
