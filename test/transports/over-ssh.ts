import type { Connection, Transport } from '../../src/model/transport.ts';
import { type OpensshOptions, opensshTransport } from '../../src/transports/openssh/openssh-transport.ts';
import { type SshOptions, sshTransport } from '../../src/transports/ssh/ssh-transport.ts';
import type { Sshd } from '../sshd/sshd.ts';
import { loopbackHost } from './hosts.ts';

type Server = Pick<Sshd, 'knownHostsFile' | 'keyFile'>;

/** ssh2 to a test's server, by the server's own keys and no others. */
export function overSsh({ knownHostsFile, keyFile }: Server, options: SshOptions = {}): Transport {
  return sshTransport({ knownHostsFiles: [knownHostsFile], privateKeyFiles: [keyFile], agent: false, ...options });
}

/** A connection of this user by ssh2. */
export function logIn(server: Sshd, user: string, options: SshOptions = {}): Promise<Connection> {
  const host = loopbackHost({ port: server.port, user });
  return overSsh(server, options).open(host, { signal: new AbortController().signal });
}

/** The system's ssh to a test's server, by the server's own keys and no others. */
export function overOpenssh({ knownHostsFile, keyFile }: Server, options: OpensshOptions = {}): Transport {
  return opensshTransport({
    knownHostsFiles: [knownHostsFile],
    privateKeyFiles: [keyFile],
    agent: false,
    sshConfigFile: 'none',
    ...options,
  });
}
