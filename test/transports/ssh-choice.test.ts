import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HostFailure } from '../../src/model/host-failure.ts';
import type { Transport } from '../../src/model/transport.ts';
import type { AskAgent } from '../../src/transports/ssh/agent-list.ts';
import { sshByNeed } from '../../src/transports/ssh-choice.ts';
import { sshConfigs } from '../../src/transports/ssh-config/ssh-configs.ts';
import { loopbackHost } from './hosts.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'mendgate-choice-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

/** Reaches nobody, and says that it was asked. */
const refusing = (name: string): Transport => ({
  name,
  open: () => Promise.reject(new HostFailure('tcp', name)),
  close: async () => undefined,
});

const noAgent: AskAgent = async () => ({ kind: 'entries', entries: [] });

describe('a host, by what the agent holds', () => {
  it.each([
    ['a plain key', 'ssh-ed25519', '', 'ssh'],
    ['a security key', 'sk-ssh-ed25519@openssh.com', '', 'openssh'],
    ['a certificate', 'ecdsa-sha2-nistp256-cert-v01@openssh.com', '', 'openssh'],
    ['a certificate that is not to be offered', 'ssh-ed25519-cert-v01@openssh.com', ' IdentitiesOnly yes\n', 'ssh'],
    ['a certificate, and keys are no way in', 'ssh-ed25519-cert-v01@openssh.com', ' PubkeyAuthentication no\n', 'ssh'],
    ['a certificate that is asked of nobody', 'ssh-ed25519-cert-v01@openssh.com', ' IdentityAgent none\n', 'ssh'],
  ])('%s', async (_name, type, ofWeb, expected) => {
    const file = join(dir, 'config-agent');
    writeFileSync(file, `Host web\n${ofWeb} IdentityAgent /the/agent\n`);
    const choice = sshByNeed({
      ssh: refusing('ssh'),
      openssh: refusing('openssh'),
      configs: sshConfigs({ file, homeDirectory: dir }),
      askAgent: async () => ({ kind: 'entries', entries: [{ type, blob: Buffer.alloc(0), comment: '' }] }),
      homeDirectory: dir,
    });
    const host = loopbackHost({ address: 'web', portByDefault: true }, 'web');
    await expect(choice.open(host, new AbortController())).rejects.toMatchObject({ message: expected });
  });
});

describe('a host that ssh2 cannot reach', () => {
  it("is never tried by the system's ssh once it has refused a login", async () => {
    const configs = sshConfigs({ file: 'none' });
    const refused: Transport = {
      ...refusing('ssh'),
      open: () => Promise.reject(new HostFailure('auth', 'the host refuses the password')),
    };
    const choice = sshByNeed({
      ssh: refused,
      openssh: refusing('openssh'),
      configs,
      askAgent: noAgent,
      homeDirectory: dir,
    });
    const opened = choice.open(loopbackHost({}, 'web'), new AbortController());
    await expect(opened).rejects.toMatchObject({ phase: 'auth', message: 'the host refuses the password' });
  });
});

describe('a host behind a bastion', () => {
  it.each([
    ['a plain one', '', 'ssh'],
    ['one that only a proxy command leads to', ' ProxyCommand nc %h %p\n', 'openssh'],
    ['one that wants a certificate', ' CertificateFile /c\n', 'openssh'],
    ['one behind a plain one', ' ProxyJump far\nHost far\n User x\n', 'ssh'],
    [
      'one behind another that only a proxy command leads to',
      ' ProxyJump far\nHost far\n ProxyCommand nc x\n',
      'openssh',
    ],
    ['one that is behind itself', ' ProxyJump far\nHost far\n ProxyJump outer\n', 'ssh'],
  ])('%s: as it needs', async (_name, ofBastion, expected) => {
    const file = join(dir, 'config');
    writeFileSync(file, `Host web\n ProxyJump outer\nHost outer\n User x\n${ofBastion}`);
    const configs = sshConfigs({ file, homeDirectory: dir });
    const choice = sshByNeed({
      ssh: refusing('ssh'),
      openssh: refusing('openssh'),
      configs,
      askAgent: noAgent,
      homeDirectory: dir,
    });
    const host = loopbackHost({ address: 'web', portByDefault: true }, 'web');
    await expect(choice.open(host, new AbortController())).rejects.toMatchObject({ message: expected });
  });
});
