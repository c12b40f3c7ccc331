import { spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../model/clock.ts';
import { HostFailure } from '../../model/host-failure.ts';
import { controlArguments } from './ssh-arguments.ts';

/** Where the sockets of one run's masters lie: a private folder, gone when the run is. */
export interface ControlDirectory {
  readonly path: string;
  /** The socket on which this process answers. Whoever can connect to it knows that the run lives. */
  readonly ownSocket: string;
  /** Notes a master, so that a later run can end it should this one be killed. */
  note(name: string, pid: number): void;
  /** That master has ended. */
  forget(name: string): void;
  /** At the end; ends no master. */
  remove(): void;
}

const prefix = 'mendgate-ssh-';
const ownSocketName = 'a';
/** A run is given so long from its folder to its socket before another takes the folder for a leftover. */
const youthMs = 60_000;
/** ssh first binds `PATH.` and 16 characters more; a socket's path has at most 103 bytes on macOS, 107 on Linux. */
const longestPath = 103 - '/9999.'.length - 16;

/** Makes a fresh control directory. */
export function makeControlDirectory(): ControlDirectory {
  const short = bases().filter((folder) => `${folder}/${prefix}XXXXXX`.length <= longestPath);
  const base = short.find(letsExecute) ?? short[0];
  if (base === undefined)
    throw new HostFailure('config', 'there is no temporary folder with a path short enough for sockets');
  const path = mkdtempSync(join(base, prefix));
  const masters = new Map<string, number>();
  const remove = (): void => rmSync(path, { recursive: true, force: true });
  // For ends that nobody waits for, as by a second Ctrl-C.
  const atExit = (): void => {
    for (const pid of masters.values()) killGroup(pid, 'SIGTERM');
    remove();
  };
  process.once('exit', atExit);
  return {
    path,
    ownSocket: join(path, ownSocketName),
    note(name, pid) {
      masters.set(name, pid);
      writeFileSync(join(path, `${name}.pid`), `${pid}\n`, { mode: 0o600 });
    },
    forget(name) {
      masters.delete(name);
      rmSync(join(path, `${name}.pid`), { force: true });
      rmSync(join(path, name), { force: true });
    },
    remove() {
      process.off('exit', atExit);
      remove();
    },
  };
}

/** Ends the masters of runs that were killed, and removes their folders. Other users' and living runs' are left alone. */
export async function sweepControlDirectories(clock: Clock): Promise<void> {
  for (const base of bases()) {
    for (const name of namesIn(base).filter((entry) => entry.startsWith(prefix))) {
      const path = join(base, name);
      if (isPrivate(path) && (await isAbandoned(path, clock))) sweep(path);
    }
  }
}

function bases(): readonly string[] {
  const runtime = process.env['XDG_RUNTIME_DIR'];
  const candidates = [...(runtime === undefined ? [] : [runtime]), tmpdir(), '/tmp'];
  // ssh pastes the path of its configuration into the shell text that starts the ssh of a hop.
  return [...new Set(candidates)].filter((folder) => /^\/[\w@+=:,./-]*$/.test(folder) && isDirectory(folder));
}

/** Whether programs may be executed there: a hardened machine mounts its /tmp noexec. */
function letsExecute(folder: string): boolean {
  const path = mkdtempSync(join(folder, `${prefix}try-`));
  try {
    writeFileSync(join(path, 'program'), '#!/bin/sh\n', { mode: 0o700 });
    return mayExecute(join(path, 'program'));
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

/** Whether a file may be executed where it lies. */
export function mayExecute(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function isPrivate(path: string): boolean {
  try {
    const found = lstatSync(path);
    return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o077) === 0;
  } catch {
    return false;
  }
}

/** A killed process answers on no socket, in whatever container it ran; its pid may be somebody else's by now. */
function isAbandoned(path: string, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path: join(path, ownSocketName) });
    const give = (abandoned: boolean): void => {
      socket.destroy();
      resolve(abandoned);
    };
    socket.once('connect', () => give(false));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') give(isOld(path, clock));
      else give(error.code === 'ECONNREFUSED');
    });
  });
}

function isOld(path: string, clock: Clock): boolean {
  try {
    return clock.now() - statSync(path).mtimeMs > youthMs;
  } catch {
    return false;
  }
}

function sweep(path: string): void {
  const names = namesIn(path);
  for (const name of names.filter((entry) => /^\d{1,4}$/.test(entry))) {
    const args = controlArguments(join(path, name), 'exit');
    spawnSync('ssh', args, { stdio: 'ignore', timeout: 5000, killSignal: 'SIGKILL' });
  }
  // One that was still logging in has no socket yet.
  for (const name of names.filter((entry) => /^\d{1,4}\.pid$/.test(entry))) {
    const pid = Number(readText(join(path, name)));
    if (readText(`/proc/${pid}/cmdline`).includes(`ControlPath=${path}/`)) killGroup(pid, 'SIGTERM');
  }
  rmSync(path, { recursive: true, force: true });
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Signals a master with what it started: its proxy command, the program it asks by. */
export function killGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (!(pid > 1)) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has gone.
  }
}
