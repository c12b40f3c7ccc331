import { homedir } from 'node:os';
import type { Host, TransportName } from '../model/inventory.ts';
import type { Transport } from '../model/transport.ts';
import { localTransport } from './local.ts';
import { BecomePasswords } from './password-tries.ts';
import { type SshOptions, sshTransport } from './ssh/ssh-transport.ts';
import { lazyTransport, sshByNeed } from './ssh-choice.ts';
import { sshConfigs } from './ssh-config/ssh-configs.ts';

export interface TransportsOptions extends SshOptions {
  /** Wins over the inventory. */
  readonly connection?: TransportName;
}

export interface Transports {
  readonly transportFor: (host: Host) => Transport;
  readonly close: () => Promise<void>;
}

/** One transport of each kind for a whole run; each loads what it needs with the first host that it opens. */
export function openTransports(asked: TransportsOptions): Transports {
  const becomePasswords = asked.becomePasswords ?? new BecomePasswords();
  const options = { ...asked, becomePasswords };
  const { becomeMethod, becomePassword, connection } = options;
  const configs = options.sshConfigs ?? sshConfigs(options);
  const ssh = sshTransport({ ...options, sshConfigs: configs });
  const openssh = lazyTransport('openssh', async () => {
    const { opensshTransport } = await import('./openssh/openssh-transport.ts');
    return opensshTransport(options);
  });
  const byNeed = sshByNeed({ ...options, ssh, openssh, configs, homeDirectory: options.homeDirectory ?? homedir() });
  const local = localTransport({
    becomePasswords,
    ...(becomeMethod === undefined ? {} : { becomeMethod }),
    ...(becomePassword === undefined ? {} : { becomePassword }),
  });
  return {
    transportFor(host) {
      const named = connection ?? host.connect.transport;
      return named === undefined ? byNeed : { ssh, openssh, local }[named];
    },
    async close() {
      await Promise.all([byNeed.close(), local.close()]);
    },
  };
}
