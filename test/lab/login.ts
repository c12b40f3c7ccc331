import { writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runProgram } from './run-program.ts';

/** Where and how to log in to one guest. */
export interface Login {
  readonly port: number;
  readonly keyFile: string;
  readonly knownHostsFile: string;
  /** Folder of the shared connections' sockets. */
  readonly sockets: string;
}

/** How a command on a guest ended. */
export interface GuestAnswer {
  readonly rc: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

export interface ExecOptions {
  /** `root` (default), `ops` (sudo), `opspw` (sudo with `lab-password`), `plain` (no sudo). */
  readonly user?: string;
  readonly stdin?: string;
  readonly timeoutMs?: number;
}

export async function writeKnownHosts(file: string, port: number, hostKey: string): Promise<void> {
  await writeFile(file, `[127.0.0.1]:${port} ${hostKey}\n`);
}

/** The ssh arguments up to and including the destination. */
export function sshArgs(login: Login, user: string): readonly string[] {
  const options = [
    'BatchMode=yes',
    'IdentitiesOnly=yes',
    'LogLevel=ERROR',
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${login.knownHostsFile}`,
    'ConnectTimeout=60',
    // The default exchange costs most of a second under emulation.
    'KexAlgorithms=curve25519-sha256',
    'HostKeyAlgorithms=ssh-ed25519',
    // One login per user, shared by all commands.
    'ControlMaster=auto',
    'ControlPersist=600',
    `ControlPath=${join(login.sockets, '%r')}`,
  ];
  const flags = ['-F', 'none', '-i', login.keyFile, '-p', String(login.port)];
  return [...flags, ...options.flatMap((option) => ['-o', option]), `${user}@127.0.0.1`];
}

/** Runs a command line in the user's login shell. Throws when the guest can't be reached, else gives any exit code. */
export async function execOnGuest(login: Login, command: string, options: ExecOptions = {}): Promise<GuestAnswer> {
  const started = performance.now();
  const ended = await runProgram('ssh', [...sshArgs(login, options.user ?? 'root'), command], {
    stdin: options.stdin ?? '',
    timeoutMs: options.timeoutMs ?? 600_000,
  });
  // 255 is ssh's own code, and setsebool's.
  if (ended.rc === 255 && /^(ssh: |Connection |kex_|mux_|Host key |client_loop)/m.test(ended.stderr)) {
    throw new Error(`the guest on port ${login.port} can't be reached: ${ended.stderr.trim()}`);
  }
  return { ...ended, ms: performance.now() - started };
}

/** Ends the shared connections; a guest that went back to its snapshot doesn't know them any more. */
export async function closeLogins(login: Login, users: Iterable<string>): Promise<void> {
  for (const user of users) await runProgram('ssh', ['-O', 'exit', ...sshArgs(login, user)]);
}

/** Waits until sshd greets on this port. */
export async function waitForSshd(port: number, stillRuns: () => boolean, withinMs = 300_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (performance.now() < deadline) {
    if (!stillRuns()) throw new Error('qemu ended before the guest was up');
    if (await greets(port)) return;
    await sleep(200);
  }
  throw new Error(`no sshd on 127.0.0.1:${port} after ${withinMs / 1000} s`);
}

/** The forward accepts at once, with or without a guest behind it; only a greeting means that sshd is there. */
function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1');
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(5000, () => end(false));
    socket.once('data', (data) => end(data.toString('latin1').startsWith('SSH-')));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
  });
}
