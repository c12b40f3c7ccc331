import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { localTransport } from '../../src/transports/local.ts';
import { simulatedTransport } from '../../src/transports/simulated/simulated-transport.ts';
import { generateKeyPair, startSimulatedServer } from '../../src/transports/simulated/ssh-server.ts';
import { sshTransport } from '../../src/transports/ssh/ssh-transport.ts';
import { dropbearMissing, makeKey, sshdMissing, startSshd } from '../sshd/sshd.ts';
import { makeUser, sudoMissing } from '../sshd/users.ts';
import { loopbackHost } from './hosts.ts';
import { contractHost, transportContract } from './transport.contract.ts';

function folder(): string {
  return mkdtempSync(join(tmpdir(), 'mendgate-contract-'));
}

transportContract('simulated', async () => ({
  transport: simulatedTransport(new Map([['loopback', contractHost()]])),
  host: loopbackHost(),
  folder: '',
  async stop() {},
}));

transportContract('ssh to a simulated server', async () => {
  const dir = folder();
  const client = generateKeyPair();
  const server = await startSimulatedServer({ host: contractHost(), allow: client.public });
  writeFileSync(join(dir, 'key'), client.private, { mode: 0o600 });
  writeFileSync(join(dir, 'known_hosts'), `${server.hostKeyLine}\n`);
  return {
    transport: sshTransport({
      knownHostsFiles: [join(dir, 'known_hosts')],
      privateKeyFiles: [join(dir, 'key')],
      agent: false,
    }),
    host: loopbackHost({ port: server.port }),
    folder: '',
    async stop() {
      await server.close();
      rmSync(dir, { recursive: true });
    },
  };
});

describe.skipIf(process.getuid?.() !== 0)('as root', () => {
  transportContract('local', async () => {
    const dir = folder();
    return {
      transport: localTransport(),
      host: loopbackHost(),
      folder: dir,
      async stop() {
        rmSync(dir, { recursive: true });
      },
    };
  });
});

describe.skipIf((sshdMissing ?? sudoMissing) !== undefined)(`with a user that may use sudo`, () => {
  for (const server of ['openssh', 'dropbear'] as const) {
    describe.skipIf(server === 'dropbear' && dropbearMissing !== undefined)(server, () => {
      transportContract(`ssh to ${server}`, async () => {
        const dir = folder();
        chmodSync(dir, 0o777);
        makeKey(join(dir, 'key'), 'ed25519');
        const authorizedKeys = readFileSync(join(dir, 'key.pub'), 'utf8');
        const effects = join(dir, 'effects');
        mkdirSync(effects);
        const user = makeUser(`mg-${server}`, { sudo: 'nopasswd', authorizedKeys });
        const sshd = await startSshd({ server, clientKeyFile: join(dir, 'key') });
        return {
          transport: sshTransport({
            knownHostsFiles: [sshd.knownHostsFile],
            privateKeyFiles: [sshd.keyFile],
            agent: false,
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
