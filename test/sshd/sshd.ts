import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Real sshd on loopback for tests.
 *
 * ```ts
 * const sshd = await startSshd();                       // one host; the client key may log in as root
 * const fleet = await startFleet(6, { users: [user] }); // six, sharing one client key and one known_hosts file
 * const connection = await logIn(sshd, 'root');         // test/transports/over-ssh.ts
 * await sshd.stop();                                    // also removes its folder
 * ```
 *
 * Guard with `describe.skipIf(sshdMissing !== undefined)`; {@link sshdMissing} says what is missing.
 */
export interface Sshd {
  readonly port: number;
  /** Private key that every user of this server may log in with. */
  readonly keyFile: string;
  /** Has this server's keys under `[127.0.0.1]:PORT`. */
  readonly knownHostsFile: string;
  /** The public host key lines, without a name: `ssh-ed25519 AAAA…`. */
  readonly hostKeys: readonly string[];
  readonly dir: string;
  readonly pid: number;
  /** Breaks all connections at once, as a crash of the host would: their sshd processes are killed. Commands go on. */
  cut(): void;
  /** What sshd logged so far. */
  log(): string;
  stop(): Promise<void>;
}

export interface SshdOptions {
  /** Where its files go; default: a fresh folder, removed by `stop`. */
  readonly dir?: string;
  readonly port?: number;
  /** Key types of the host; default ed25519. */
  readonly hostKeyTypes?: readonly ('ed25519' | 'ecdsa' | 'rsa')[];
  /** More lines for sshd_config, e.g. `MaxSessions 1`. */
  readonly config?: readonly string[];
  /** Use this client key instead of making one. */
  readonly clientKeyFile?: string;
  readonly server?: 'openssh' | 'dropbear';
  /** A program with arguments that executes the server in surroundings of its own: `cage` (cage.ts). */
  readonly within?: readonly string[];
}

const program = { openssh: '/usr/sbin/sshd', dropbear: '/usr/sbin/dropbear' } as const;

/** Why a server cannot be started here, or `undefined`. */
export const sshdMissing: string | undefined = missing('openssh');
export const dropbearMissing: string | undefined = missing('dropbear');

function missing(server: keyof typeof program): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can start a server that logs other users in';
  return existsSync(program[server]) ? undefined : `${program[server]} is not installed`;
}

/** Starts a server and waits until it greets. Its host accepts only the client key, and passwords of real users. */
export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'mendgate-sshd-'));
  mkdirSync(dir, { recursive: true });
  // sshd reads the authorized keys as the user who logs in.
  chmodSync(dir, 0o755);
  const keyFile = options.clientKeyFile ?? join(dir, 'client_key');
  if (!existsSync(keyFile)) makeKey(keyFile, 'ed25519');
  writeFileSync(join(dir, 'authorized_keys'), readFileSync(`${keyFile}.pub`), { mode: 0o644 });
  const types = options.hostKeyTypes ?? ['ed25519'];
  for (const type of types) if (!existsSync(hostKeyFile(dir, type))) makeKey(hostKeyFile(dir, type), type);
  const hostKeys = types.map((type) => publicKey(hostKeyFile(dir, type)));
  const port = options.port ?? (await freePort());
  // A port comes again: its last server's locks may even be another user's.
  if (options.port === undefined) rmSync(lockFolder(port), { recursive: true, force: true });
  const knownHostsFile = join(dir, 'known_hosts');
  writeFileSync(knownHostsFile, hostKeys.map((key) => `[127.0.0.1]:${port} ${key}\n`).join(''));

  const child =
    options.server === 'dropbear' ? startDropbear(dir, port, options) : startOpenSsh(dir, port, types, options);
  let log = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  const cut = (): void => {
    for (const pid of serverProcesses(child.pid ?? 0)) kill(pid);
  };
  const stop = async (): Promise<void> => {
    cut();
    if (child.exitCode === null && child.signalCode === null) {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
    }
    if (options.dir === undefined) rmSync(dir, { recursive: true, force: true });
  };
  try {
    await greeted(port, child);
  } catch (error) {
    await stop();
    throw new Error(`${String(error)}\n${log}`);
  }
  return { port, keyFile, knownHostsFile, hostKeys, dir, pid: child.pid ?? 0, cut, log: () => log, stop };
}

/** Several hosts at once, with one client key and one known_hosts file for all. */
export async function startFleet(
  count: number,
  options: Omit<SshdOptions, 'dir' | 'port' | 'clientKeyFile'> = {},
): Promise<{
  readonly hosts: readonly Sshd[];
  readonly keyFile: string;
  readonly knownHostsFile: string;
  stop(): Promise<void>;
}> {
  const dir = mkdtempSync(join(tmpdir(), 'mendgate-fleet-'));
  chmodSync(dir, 0o755);
  const keyFile = join(dir, 'client_key');
  makeKey(keyFile, 'ed25519');
  const hosts = await Promise.all(
    Array.from({ length: count }, (_, i) =>
      startSshd({ ...options, dir: join(dir, `host${i + 1}`), clientKeyFile: keyFile }),
    ),
  );
  const knownHostsFile = join(dir, 'known_hosts');
  writeFileSync(knownHostsFile, hosts.map((host) => readFileSync(host.knownHostsFile, 'utf8')).join(''));
  return {
    hosts,
    keyFile,
    knownHostsFile,
    async stop() {
      await Promise.all(hosts.map((host) => host.stop()));
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function startOpenSsh(dir: string, port: number, types: readonly string[], options: SshdOptions): ChildProcess {
  // sshd refuses to start without its privilege separation folder, which a package's boot script makes.
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const config = [
    ...(options.config ?? []),
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    ...types.map((type) => `HostKey ${hostKeyFile(dir, type)}`),
    `AuthorizedKeysFile ${join(dir, 'authorized_keys')}`,
    `PidFile ${join(dir, 'sshd.pid')}`,
    'PermitRootLogin yes',
    'StrictModes no',
    'UsePAM no',
    'PrintMotd no',
    // Of several the last one counts.
    ...(options.config?.some((line) => line.startsWith('MaxStartups')) ? [] : ['MaxStartups 200']),
    // Each server is a host of its own, though all are this machine: so are their locks.
    `SetEnv MENDGATE_LOCK_DIR=${lockFolder(port)}`,
    'LogLevel VERBOSE',
  ];
  writeFileSync(join(dir, 'sshd_config'), `${config.join('\n')}\n`);
  return serve([...(options.within ?? []), program.openssh, '-D', '-e', '-f', join(dir, 'sshd_config')]);
}

/** Where the locks of a server's host lie: they outlive the server, as those of a host outlive its sshd. */
export function lockFolder(port: number): string {
  return `/tmp/mendgate-test-sshd-${port}`;
}

function serve([first = '', ...args]: readonly string[]): ChildProcess {
  return spawn(first, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** dropbear reads only the users' own ~/.ssh/authorized_keys: tests put the client key there. */
function startDropbear(dir: string, port: number, options: SshdOptions): ChildProcess {
  const key = join(dir, 'dropbear_key');
  execFileSync('dropbearconvert', ['openssh', 'dropbear', hostKeyFile(dir, 'ed25519'), key], { stdio: 'ignore' });
  const args = ['-F', '-E', '-r', key, '-p', `127.0.0.1:${port}`, '-P', join(dir, 'dropbear.pid')];
  return serve([...(options.within ?? []), program.dropbear, ...args]);
}

/** The processes of a server's connections: its descendants that run the server's own program. */
function serverProcesses(server: number): readonly number[] {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const [, name, parent] = /^\d+ \((.*)\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1')) ?? [];
        return name === 'sshd' || name === 'dropbear' ? [{ pid: Number(pid), parent: Number(parent) }] : [];
      } catch {
        return [];
      }
    });
  const found = new Set([server]);
  // Children have higher pids than their parents nearly always; a second pass catches the rest.
  for (const _ of [1, 2]) for (const { pid, parent } of processes) if (found.has(parent)) found.add(pid);
  found.delete(server);
  return [...found];
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

function hostKeyFile(dir: string, type: string): string {
  return join(dir, `host_${type}`);
}

/** Makes a key pair, `FILE` and `FILE.pub`. */
export function makeKey(file: string, type: string, passphrase = ''): void {
  execFileSync('ssh-keygen', [
    '-q',
    '-t',
    type,
    '-N',
    passphrase,
    '-C',
    'test',
    '-f',
    file,
    ...(passphrase ? ['-a', '2'] : []),
  ]);
}

function publicKey(file: string): string {
  return readFileSync(`${file}.pub`, 'utf8').trim().split(' ').slice(0, 2).join(' ');
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(address)));
    });
  });
}

async function greeted(port: number, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`sshd ended with exit code ${child.exitCode}`);
    const ok = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port });
      socket.once('data', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('close', () => resolve(false));
      socket.once('data', () => socket.destroy());
    });
    if (ok) return;
    await sleep(25);
  }
  throw new Error('sshd did not greet');
}
