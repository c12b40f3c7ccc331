import { HostFailure } from '../model/host-failure.ts';
import type { Host } from '../model/inventory.ts';
import type { Connection, Transport } from '../model/transport.ts';
import { BeyondSsh2 } from './beyond-ssh2.ts';
import { type SshNeedOptions, sshNeed } from './ssh-need.ts';

export interface SshChoiceOptions extends SshNeedOptions {
  readonly ssh: Transport;
  readonly openssh: Transport;
}

/** Hosts over SSH for which nobody named a transport: by ssh2, and by the system's ssh where only that can do it. */
export function sshByNeed(options: SshChoiceOptions): Transport {
  const { ssh, openssh } = options;
  const need = sshNeed(options);
  /** Hosts of which only a try has shown that ssh2 cannot reach them, and why. */
  const learned = new Map<string, string>();

  function bySystem(host: Host, how: Parameters<Transport['open']>[1], reason: string): Promise<Connection> {
    return openssh.open(host, how).catch((error: unknown) => {
      if (!(error instanceof HostFailure) || error.phase !== 'config') throw error;
      throw new HostFailure('config', `${error.message} (this host needs the system's ssh: ${reason})`, error.help);
    });
  }

  return {
    name: 'ssh',
    async open(host, how): Promise<Connection> {
      const reason = learned.get(host.name) ?? (await need(host));
      if (reason !== undefined) return bySystem(host, how, reason);
      try {
        return await ssh.open(host, how);
      } catch (error) {
        if (!(error instanceof BeyondSsh2)) throw error;
        learned.set(host.name, error.message);
        return bySystem(host, how, error.message);
      }
    },
    async close() {
      await Promise.all([ssh.close(), openssh.close()]);
    },
  };
}

/** A transport that is loaded with the first host that it opens. */
export function lazyTransport(name: string, load: () => Promise<Transport>): Transport {
  let loaded: Promise<Transport> | undefined;
  return {
    name,
    async open(host, how) {
      loaded ??= load();
      return (await loaded).open(host, how);
    },
    async close() {
      await (await loaded)?.close();
    },
  };
}
