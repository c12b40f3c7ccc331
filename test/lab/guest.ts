import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cacheDir } from './cache.ts';
import { freePort } from './free-port.ts';
import { isAlive } from './is-alive.ts';
import { guestKinds, type KindName } from './kinds.ts';
import {
  closeLogins,
  type ExecOptions,
  execOnGuest,
  type GuestAnswer,
  type Login,
  waitForSshd,
  writeKnownHosts,
} from './login.ts';
import { monitorCommand } from './monitor.ts';
import { startMachine } from './qemu.ts';
import { copySnapshot, provideSnapshot, snapshotName } from './snapshot.ts';
import { type GuestState, hashState, parseState } from './state.ts';

/** Where a running guest is; written beside it, so that another process can use it. */
export interface GuestPlace extends Login {
  readonly name: string;
  readonly kind: KindName;
  readonly folder: string;
  readonly pid: number;
  /** Port of 127.0.0.1 that leads to the guest's nginx. */
  readonly httpPort: number;
}

/** One running guest. */
export interface Guest extends GuestPlace {
  /** Runs a command line, as root unless said otherwise. Any exit code is an answer. */
  exec(command: string, options?: ExecOptions): Promise<GuestAnswer>;
  /** Writes a file as root, with the label its folder gives. */
  put(path: string, text: string): Promise<void>;
  /** What a fix could touch, as text; see `state.sh`. */
  state(): Promise<GuestState>;
  /** One hash of {@link state}; equal hashes: an unchanged guest. `leaveOut` names sections. */
  stateHash(leaveOut?: readonly string[]): Promise<string>;
  /** Restarts the guest's system and waits for its sshd: another boot id, an empty /run. */
  reboot(): Promise<void>;
  /** Back to the snapshot, with today's clock. */
  reset(): Promise<void>;
  /** Keeps memory and disk as they are now, for {@link rewind}; a second call replaces the first. */
  checkpoint(): Promise<void>;
  /** Back to the checkpoint, with today's clock. */
  rewind(): Promise<void>;
  /** Ends it and removes its disk. */
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly kind: KindName;
  /** Default: the kind and a number of its own. */
  readonly name?: string;
  /** The guest outlives this process (`lab up`). Default: it ends with it. */
  readonly keep?: boolean;
  readonly say?: (line: string) => void;
}

/** A fresh guest from its kind's booted snapshot; image and snapshot are made first when they aren't in the cache. */
export async function startGuest(options: StartOptions): Promise<Guest> {
  const { kind } = options;
  const snapshot = await provideSnapshot(kind, options.say ?? (() => undefined));
  const sockets = await mkdtemp(join(tmpdir(), 'lab-'));
  const name = options.name ?? `${kind}-${sockets.slice(-6)}`;
  const folder = join(runDir(), name);
  await mkdir(runDir(), { recursive: true });
  await mkdir(folder).catch(() => {
    throw new Error(`a guest named ${name} is there already`);
  });
  const disk = join(folder, 'disk.qcow2');
  const port = await freePort();
  const httpPort = await freePort();
  const knownHostsFile = join(folder, 'known_hosts');
  const { image, accelerator } = snapshot;
  await copySnapshot(snapshot, disk);
  await writeKnownHosts(knownHostsFile, port, image.hostKey);
  const pid = startMachine(
    {
      ...{ folder, sockets, accelerator, disk, sshPort: port, httpPort, loadSnapshot: snapshotName },
      ...{ kernel: join(image.folder, 'vmlinuz'), initrd: join(image.folder, 'initrd.img') },
      kernelArgs: guestKinds[kind].kernelArgs,
    },
    options.keep !== true,
  );
  const place: GuestPlace = {
    name,
    kind,
    folder,
    pid,
    port,
    httpPort,
    sockets,
    knownHostsFile,
    keyFile: image.keyFile,
  };
  await writeFile(join(folder, 'guest.json'), `${JSON.stringify(place, undefined, 2)}\n`);
  const guest = attachGuest(place);
  try {
    await waitForSshd(port, () => isAlive(pid));
    await setClock(guest);
    return guest;
  } catch (error) {
    const log = await readFile(join(folder, 'qemu.log'), 'utf8').catch(() => '');
    await guest.stop();
    throw new Error(`guest ${name} did not start: ${log.trim()}`, { cause: error });
  }
}

const checkpointName = 'checkpoint';

/** Guests leave their disk, console and `guest.json` here while they run. */
export function runDir(): string {
  return join(cacheDir(), 'run');
}

/** A handle on a guest that runs already. */
export function attachGuest(place: GuestPlace): Guest {
  const users = new Set(['root']);
  const monitor = join(place.sockets, 'qmp.sock');

  async function monitorOrThrow(line: string): Promise<void> {
    const said = await monitorCommand(monitor, line);
    if (said !== '') throw new Error(`${line}: ${said}`);
  }
  async function backTo(name: string): Promise<void> {
    await closeLogins(place, users);
    await monitorOrThrow(`loadvm ${name}`);
    await setClock(guest);
  }

  const guest: Guest = {
    ...place,
    exec(command, options = {}) {
      users.add(options.user ?? 'root');
      return execOnGuest(place, command, options);
    },
    async put(path, text) {
      await mustExec(guest, `cat >'${path.replaceAll("'", "'\\''")}'`, text);
    },
    async state() {
      return parseState(await mustExec(guest, 'sh -s', await readFile(new URL('./state.sh', import.meta.url), 'utf8')));
    },
    async stateHash(leaveOut) {
      return hashState(await guest.state(), leaveOut);
    },
    async reboot() {
      const before = await bootId(guest);
      await guest.exec('systemctl reboot').catch(() => undefined);
      await closeLogins(place, users);
      await waitForAnotherBoot(guest, before);
    },
    reset: () => backTo(snapshotName),
    async checkpoint() {
      await monitorOrThrow(`savevm ${checkpointName}`);
    },
    rewind: () => backTo(checkpointName),
    async stop() {
      await closeLogins(place, users);
      if (await isItsQemu(place)) process.kill(place.pid, 'SIGKILL');
      await rm(place.folder, { recursive: true, force: true });
      await rm(place.sockets, { recursive: true, force: true });
    },
  };
  return guest;
}

/** Whether this guest runs. Process ids are used again; its own folder stands in its qemu's command line. */
export async function isItsQemu(place: GuestPlace): Promise<boolean> {
  if (!isAlive(place.pid)) return false;
  const commandLine = await readFile(`/proc/${place.pid}/cmdline`, 'utf8').catch(() => '');
  return commandLine.includes(place.folder);
}

/** A restored guest has the snapshot's time; nothing that compares times works before this. */
async function setClock(guest: Guest): Promise<void> {
  await mustExec(guest, `date -s @${(Date.now() / 1000).toFixed(3)} >/dev/null`);
}

async function bootId(guest: Guest): Promise<string> {
  return (await mustExec(guest, 'cat /proc/sys/kernel/random/boot_id')).trim();
}

async function waitForAnotherBoot(guest: Guest, before: string): Promise<void> {
  for (;;) {
    await waitForSshd(guest.port, () => isAlive(guest.pid));
    // The old sshd may greet once more before it goes.
    const now = await bootId(guest).catch(() => before);
    if (now !== before) break;
    await closeLogins(guest, ['root']);
    await sleep(500);
  }
  await guest.exec('systemctl is-system-running --wait');
}

async function mustExec(guest: Guest, command: string, stdin = ''): Promise<string> {
  const answer = await guest.exec(command, { stdin });
  if (answer.rc !== 0) throw new Error(`${guest.name}: ${command} ended with ${answer.rc}: ${answer.stderr}`);
  return answer.stdout;
}
