import { createServer } from 'node:net';
import ssh2 from 'ssh2';
import type { SimulatedHost } from '../../model/simulated-host.ts';
import { parseExec } from '../../shell/bootstrap.ts';
import { labelReader } from '../../shell/label.ts';
import { type SimulatedShell, simulatedShell } from './lane-server.ts';

export interface SimulatedServerOptions {
  readonly host: SimulatedHost;
  /** The host's private key in OpenSSH form; default: a fresh ed25519 key. */
  readonly hostKey?: string;
  /** The client's public key line; anybody may log in when absent. */
  readonly allow?: string;
  /** What sudo wants for another user. Default: nothing. */
  readonly becomePassword?: string;
  /** Default 0: any free port. */
  readonly port?: number;
}

export interface SimulatedServer {
  readonly port: number;
  /** Its known_hosts line, for 127.0.0.1 and this port. */
  readonly hostKeyLine: string;
  close(): Promise<void>;
}

/** A fresh ed25519 key pair in OpenSSH form, for simulated hosts and their clients. Not protected by a passphrase. */
export function generateKeyPair(): { readonly private: string; readonly public: string } {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519');
    // Of 1,000 pairs ssh2 writes 3 that it cannot read itself.
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) return pair;
  }
}

/** A simulated host behind a real SSH server on loopback: real handshake, real frames, simulated answers. */
export async function startSimulatedServer(options: SimulatedServerOptions): Promise<SimulatedServer> {
  const hostKey = options.hostKey ?? generateKeyPair().private;
  const allowed = options.allow === undefined ? undefined : parseKey(options.allow);
  const clients = new Set<ssh2.Connection>();
  const server = new ssh2.Server({ hostKeys: [hostKey], ident: labelReader }, (client) => {
    clients.add(client);
    client.on('error', () => undefined);
    client.on('close', () => clients.delete(client));
    client.on('authentication', (attempt) => {
      if (allowed === undefined) attempt.accept();
      else if (attempt.method === 'publickey' && proves(attempt, allowed)) attempt.accept();
      else attempt.reject(['publickey']);
    });
    client.on('session', (accept) => {
      accept().on('exec', (acceptExec, reject, { command }) => {
        const exec = parseExec(command);
        if (exec === undefined) reject();
        else serveExec(acceptExec(), exec, options);
      });
    });
  });
  // ssh2's own listener leaves Nagle's algorithm on, and two small writes then take 40 ms.
  const listener = createServer({ noDelay: true }, (socket) => server.injectSocket(socket));
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const address = listener.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const publicKey = parseKey(hostKey);
  return {
    port,
    hostKeyLine: `[127.0.0.1]:${port} ${publicKey.type} ${publicKey.getPublicSSH().toString('base64')}`,
    async close() {
      for (const client of clients) client.end();
      await new Promise<void>((resolve) => listener.close(() => resolve()));
    },
  };
}

function parseKey(text: string): ssh2.ParsedKey {
  const key = ssh2.utils.parseKey(text);
  if (key instanceof Error) throw key;
  return key;
}

function proves(attempt: ssh2.PublicKeyAuthContext, allowed: ssh2.ParsedKey): boolean {
  if (!attempt.key.data.equals(allowed.getPublicSSH())) return false;
  // Without a signature the client only asks whether the key would do.
  if (attempt.signature === undefined || attempt.blob === undefined) return true;
  return allowed.verify(attempt.blob, attempt.signature, attempt.hashAlgo) === true;
}

function serveExec(
  channel: ssh2.ServerChannel,
  exec: { readonly become: string | false; readonly prompt: string },
  { host, becomePassword }: SimulatedServerOptions,
): void {
  const output = {
    stdout: (text: string) => void channel.write(text),
    stderr: (text: string) => void channel.stderr.write(text),
    exit(code: number) {
      channel.exit(code);
      channel.end();
    },
  };
  channel.on('error', () => undefined);
  let shell: SimulatedShell | undefined;
  const start = (): void => {
    shell = simulatedShell(host, exec.become !== false, output);
  };
  if (exec.become === false || becomePassword === undefined) start();
  else if (exec.prompt === '') {
    output.stderr('sudo: a password is required\n');
    output.exit(1);
    return;
  } else output.stderr(exec.prompt);

  channel.on('data', (chunk: Buffer) => {
    if (shell !== undefined) shell.stdin(chunk);
    else if (chunk.toString('utf8') === `${becomePassword}\n`) start();
    else {
      output.stderr('Sorry, try again.\n');
      output.exit(1);
    }
  });
  channel.on('end', () => shell?.end());
}
