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
