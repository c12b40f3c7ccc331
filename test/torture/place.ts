import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bootFile, cage, inCage } from '../sshd/cage.ts';
import { lockFolder, type Sshd, startSshd } from '../sshd/sshd.ts';
import type { Surroundings } from './program.ts';

/** A host to torture, and all that mendgate has to be told to reach it. */
export interface Place {
  /** Ours, on both sides: the host is this machine, in a mount namespace of its own. */
  readonly folder: string;
  readonly args: readonly string[];
  readonly surroundings: Surroundings;
  /** All processes of the host die, but the one that listens; it has another boot's id, and its memory's files are gone. */
  reboot(): void;
  /** The disk with the markers has no room left; then again it has. */
  fillDisk(): void;
  freeDisk(): void;
  /** Breaks all SSH connections; what runs goes on. */
  cutSessions(): void;
  stop(): Promise<void>;
}

/** This machine as `-c local` sees it, with markers and locks of its own. */
export async function localPlace(): Promise<Place> {
  const folder = newFolder();
  const [file = '', ...args] = [...cage({ bootFile: bootFile(folder, '1') }), 'sleep', 'infinity'];
  const cell = spawn(file, args, { stdio: 'ignore' });
  const pid = await inside(cell, 'sleep');
  writeFileSync(
    join(folder, 'inventory.yaml'),
    'hosts: { h: { connect: { address: localhost, transport: local } } }\n',
  );
  const within = ['nsenter', '-t', String(pid), '-m', '--'];
  return {
    folder,
    args: [],
    surroundings: { within, env: homeOf(folder) },
    reboot: () => crash(pid, folder),
    ...diskOf(pid),
    cutSessions: () => {},
    async stop() {
      killAll(pid);
      cell.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface SshPlaceOptions {
  /** Where this side stands, and by which address it sees the host; default: loopback. */
  readonly net?: { readonly name: string; readonly address: string };
  /** Seconds between questions whether the wire is alive, of which three may stay without an answer. */
  readonly keepaliveSeconds?: number;
  /** Size of the disk with the markers; see cage.ts. */
  readonly disk?: string;
  /** Something that stands in front of it, on loopback: given its port, gives one's own. */
  readonly through?: (port: number) => Promise<number>;
}

/** A real sshd. */
export async function sshPlace({ net, keepaliveSeconds, disk, through }: SshPlaceOptions = {}): Promise<Place> {
  const folder = newFolder();
  const config = net === undefined ? [] : [`ListenAddress ${net.address}`];
  const size = disk === undefined ? {} : { disk };
  const sshd = await startSshd({ within: cage({ bootFile: bootFile(folder, '1'), ...size }), config });
  const address = net?.address ?? '127.0.0.1';
  const port = (await through?.(sshd.port)) ?? sshd.port;
  const keys = sshd.hostKeys.map((key) => `[${address}]:${port} ${key}\n`);
  writeFileSync(join(folder, 'known_hosts'), keys.join(''));
  writeFileSync(
    join(folder, 'inventory.yaml'),
    `hosts: { h: { connect: { address: ${address}, port: ${port}, user: root } } }\n`,
  );
  const env = homeOf(folder, keepaliveSeconds);
  return {
    folder,
    args: ['--known-hosts', join(folder, 'known_hosts'), '--private-key', sshd.keyFile],
    surroundings: { env, ...(net === undefined ? {} : { within: ['ip', 'netns', 'exec', net.name] }) },
    reboot: () => {
      crash(sshd.pid, folder);
      rmSync(lockFolder(sshd.port), { recursive: true, force: true });
    },
    ...diskOf(sshd.pid),
    cutSessions: () => sshd.cut(),
    stop: () => stopSsh(sshd, folder),
  };
}

async function stopSsh(sshd: Sshd, folder: string): Promise<void> {
  killAll(sshd.pid);
  await sshd.stop();
  rmSync(lockFolder(sshd.port), { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
}

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'mendgate-torture-'));
}

function homeOf(folder: string, keepaliveSeconds?: number): { readonly HOME: string } {
  const home = join(folder, 'home');
  mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 });
  if (keepaliveSeconds !== undefined) {
    const lines = `Host *\n  ServerAliveInterval ${keepaliveSeconds}\n  ServerAliveCountMax 3\n`;
    writeFileSync(join(home, '.ssh', 'config'), lines);
  }
  return { HOME: home };
}

/** When `unshare` has become what it was asked for, the mounts are there. */
async function inside(cell: ChildProcess, comm: string): Promise<number> {
  const pid = cell.pid ?? 0;
  for (;;) {
    if (cell.exitCode !== null) throw new Error('there is no mount namespace');
    if (readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === comm) return pid;
    await sleep(10);
  }
}

function diskOf(pid: number): Pick<Place, 'fillDisk' | 'freeDisk'> {
  const file = (): string => inCage({ pid }, '/var/lib/mendgate/filling');
  return {
    fillDisk() {
      try {
        for (;;) appendFileSync(file(), Buffer.alloc(4096));
      } catch {
        // Now it is full.
      }
    },
    freeDisk: () => rmSync(file(), { force: true }),
  };
}

let boots = 1;

function crash(listener: number, folder: string): void {
  killAll(listener);
  boots += 1;
  bootFile(folder, (boots % 16).toString(16));
  for (const entry of readdirSync(inCage({ pid: listener }, '/run/mendgate'))) {
    rmSync(inCage({ pid: listener }, `/run/mendgate/${entry}`), { recursive: true, force: true });
  }
}

/** Of the namespace: mendgate itself runs there too when the place is local, and dies with it. */
function killAll(listener: number): void {
  const namespace = namespaceOf(listener);
  // What is forked while we look is caught by the next look.
  for (let found = 1, looks = 0; found > 0 && looks < 10; looks += 1) {
    found = 0;
    for (const name of readdirSync('/proc')) {
      const pid = Number(name);
      if (!Number.isInteger(pid) || pid === listener || namespaceOf(pid) !== namespace) continue;
      try {
        process.kill(pid, 'SIGKILL');
        found += 1;
      } catch {
        // It is gone already.
      }
    }
  }
}

function namespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`);
  } catch {
    return undefined;
  }
}

/** A network of its own for this side: its wire to the host can be broken without anybody being told. */
export interface Net {
  readonly name: string;
  /** The host's, as this side sees it. */
  readonly address: string;
  readonly partition: (how: Partition) => void;
  readonly heal: () => void;
  readonly remove: () => void;
}

export type Partition = 'both' | 'to_host' | 'from_host' | 'reset';

const rules: { readonly [P in Partition]: readonly string[] } = {
  both: ['add rule inet mg in meta l4proto tcp drop', 'add rule inet mg out meta l4proto tcp drop'],
  to_host: ['add rule inet mg out meta l4proto tcp drop'],
  from_host: ['add rule inet mg in meta l4proto tcp drop'],
  reset: ['add rule inet mg out meta l4proto tcp reject with tcp reset', 'add rule inet mg in meta l4proto tcp drop'],
};

export function makeNet(): Net {
  const third = freeThird();
  const name = `mgt${process.pid % 10_000}x${third}`;
  const here = `${name}h`;
  const there = `${name}c`;
  const address = `10.199.${third}.1`;
  const ip = (...args: readonly string[]): void => void execFileSync('ip', [...args]);
  ip('netns', 'add', name);
  ip('link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', name);
  ip('addr', 'add', `${address}/24`, 'dev', here);
  ip('link', 'set', here, 'up');
  ip('-n', name, 'addr', 'add', `10.199.${third}.2/24`, 'dev', there);
  ip('-n', name, 'link', 'set', there, 'up');
  ip('-n', name, 'link', 'set', 'lo', 'up');
  const nft = (lines: readonly string[]): void =>
    void execFileSync('ip', ['netns', 'exec', name, 'nft', '-f', '-'], { input: `${lines.join('\n')}\n` });
  const chain = (hook: string): string =>
    `add chain inet mg ${hook} { type filter hook ${hook}put priority 0; policy accept; }`;
  return {
    name,
    address,
    partition: (how) => nft(['flush ruleset', 'add table inet mg', chain('in'), chain('out'), ...rules[how]]),
    heal: () => nft(['flush ruleset']),
    remove() {
      ip('netns', 'del', name);
    },
  };
}

/** The third byte of 10.199.x.0/24 that nobody has here: another run of this suite, or one that was killed, may have left its own. */
function freeThird(): number {
  const taken = execFileSync('ip', ['-o', '-4', 'addr']).toString();
  const tries = Array.from({ length: 254 }, (_, index) => 1 + ((process.pid + index) % 254));
  const free = tries.find((third) => !taken.includes(` 10.199.${third}.`));
  if (free === undefined) throw new Error('all of 10.199.0.0/16 is taken: ip netns list names what killed runs left');
  return free;
}

/** Why there is none on this machine, or `undefined`. */
export const netMissing: string | undefined = missing();

function missing(): string | undefined {
  try {
    execFileSync('ip', ['netns', 'list'], { stdio: 'ignore' });
    execFileSync('nft', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'ip or nft is not installed';
  }
}
