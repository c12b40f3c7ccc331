import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { localTransport } from '../../src/transports/local.ts';
import { simulatedTransport } from '../../src/transports/simulated/simulated-transport.ts';
import { generateKeyPair, startSimulatedServer } from '../../src/transports/simulated/ssh-server.ts';
import { loopbackHost } from './hosts.ts';
import { overOpenssh, overSsh } from './over-ssh.ts';
import { serverContract } from './server-contract.ts';
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

describe.each([
  ['ssh', overSsh],
  ['openssh', overOpenssh],
] as const)('over %s', (name, over) =>
  transportContract(`${name} to a simulated server`, async () => {
    const dir = folder();
    const client = generateKeyPair();
    const server = await startSimulatedServer({ host: contractHost(), allow: client.public });
    const [keyFile, knownHostsFile] = [join(dir, 'key'), join(dir, 'known_hosts')];
    writeFileSync(keyFile, client.private, { mode: 0o600 });
    writeFileSync(knownHostsFile, `${server.hostKeyLine}\n`);
    return {
      transport: over({ keyFile, knownHostsFile }),
      host: loopbackHost({ port: server.port }),
      folder: '',
      async stop() {
        await server.close();
        rmSync(dir, { recursive: true });
      },
    };
  }),
);

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

serverContract('ssh', overSsh);
serverContract('openssh', overOpenssh);
