import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostFailure } from '../../src/model/host-failure.ts';
import type { Host } from '../../src/model/inventory.ts';
import type { Connection, Transport } from '../../src/model/transport.ts';
import { type SshOptions, sshTransport } from '../../src/transports/ssh/ssh-transport.ts';
import { sshConfigs } from '../../src/transports/ssh-config/ssh-configs.ts';
import { makeKey, type Sshd, startSshd } from '../sshd/sshd.ts';
import { loopbackHost, request, someLabel } from './hosts.ts';

/** What came of a fault, in the words of the fault model: a state and, in brackets, the phase or code. */
export interface Got {
  readonly state: string;
  readonly reason: string;
}

/** What the rows of the fault table work with. */
export interface Rig {
  readonly dir: string;
  readonly sshd: Sshd;
  /** Another server, for keys that are not the right ones. */
  readonly other: Sshd;
  /** Has no key that any server takes. */
  readonly wrongKey: string;
  write(name: string, text: string): string;
  /** Opens and closes. `ok` when it could be opened. */
  reach(port: number, options?: RigOptions, address?: string): Promise<Got>;
  connect(port: number, options?: RigOptions, host?: Partial<Host['connect']>): Promise<Connection>;
  /** A server of its own, stopped with the rig. */
  server(config: readonly string[], kind?: 'openssh' | 'dropbear'): Promise<Sshd>;
  /** An agent with so many keys of no use before the right one. */
  agent(useless: number): string;
  /** Anything to be done at the end. */
  later(end: () => void | Promise<void>): void;
  stop(): Promise<void>;
}

/** `defaultKeys`: no key file is named. */
export type RigOptions = SshOptions & { readonly defaultKeys?: true };

const { signal } = new AbortController();

export async function startRig(): Promise<Rig> {
  const dir = mkdtempSync(join(tmpdir(), 'mendgate-rig-'));
  const key = join(dir, 'key');
  for (const name of ['key', 'wrong']) makeKey(join(dir, name), 'ed25519');
  const ends: (() => void | Promise<void>)[] = [];
  const [sshd, other] = await Promise.all([startSshd({ clientKeyFile: key }), startSshd({ clientKeyFile: key })]);
  let files = 0;
  const write = (name: string, text: string): string => {
    files += 1;
    const file = join(dir, `${name}_${files}`);
    writeFileSync(file, text);
    return file;
  };
  const transportOf = ({ defaultKeys, ...options }: RigOptions): Transport => {
    const transport = sshTransport({
      user: 'root',
      agent: false,
      ...(defaultKeys === true ? {} : { privateKeyFiles: [key] }),
      knownHostsFiles: [write('known', '')],
      hostKeyPolicy: 'accept-new',
      homeDirectory: dir,
      sshConfigs: sshConfigs({ file: 'none' }),
      ...options,
    });
    ends.push(() => transport.close());
    return transport;
  };
  const rig: Rig = {
    dir,
    sshd,
    other,
    wrongKey: join(dir, 'wrong'),
    write,
    async reach(port, options = {}, address = '127.0.0.1') {
      try {
        await (await transportOf(options).open(loopbackHost({ port, address }), { signal })).close();
        return { state: 'ok', reason: '' };
      } catch (error) {
        return failed('unreachable', error);
      }
    },
    connect: (port, options = {}, host = {}) => transportOf(options).open(loopbackHost({ port, ...host }), { signal }),
    async server(config, kind = 'openssh') {
      const server = await startSshd({ clientKeyFile: key, config, server: kind });
      ends.push(() => server.stop());
      return server;
    },
    agent(useless) {
      files += 1;
      const socket = join(dir, `agent_${files}`);
      const said = execFileSync('ssh-agent', ['-s', '-a', socket]).toString();
      ends.push(() => void process.kill(Number(/SSH_AGENT_PID=(\d+)/.exec(said)?.[1])));
      const names = Array.from({ length: useless }, (_, i) => join(dir, `useless_${i}`));
      for (const name of names) if (spawnSync('test', ['-e', name]).status !== 0) makeKey(name, 'ed25519');
      execFileSync('ssh-add', ['-q', ...names, key], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'pipe' });
      return socket;
    },
    later: (end) => void ends.push(end),
    async stop() {
      for (const end of ends.reverse()) await end();
      await Promise.all([sshd.stop(), other.stop()]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
  return rig;
}

/** How a read came out. */
export async function read(connection: Connection, script: string, timeoutMs = 30_000): Promise<Got> {
  try {
    const { rc, stdout } = await connection.run(request(script, { timeoutMs }));
    return { state: rc === 0 ? 'ok' : `failed(${rc})`, reason: stdout.slice(0, 60).trim() };
  } catch (error) {
    return failed('unread', error);
  }
}

/** How a fix came out. */
export async function fix(connection: Connection, script: string, timeoutMs = 30_000): Promise<Got> {
  const outcome = await connection.fix({
    parts: [{ label: someLabel, commands: [{ script }] }],
    become: false,
    timeoutMs,
  });
  if (outcome.kind !== 'ended') return failed(outcome.kind, outcome.failure);
  const rc = outcome.answers.at(-1)?.rc ?? 0;
  return { state: rc === 0 ? 'ok' : `failed(${rc})`, reason: '' };
}

export function failed(state: string, error: unknown): Got {
  if (!(error instanceof HostFailure)) throw error;
  return { state: `${state}(${error.phase})`, reason: [error.message, error.help].filter(Boolean).join('. ') };
}
