import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface CageOptions {
  /** Size of the disk that holds the markers, and how many files go on it. Default 64 MiB. */
  readonly disk?: string;
  /** A file whose text the host gives as the id of its boot. */
  readonly bootFile?: string;
  /** `/bin/sh` and the programs that a fix needs are BusyBox. */
  readonly busybox?: boolean;
  /** Programs that the host has not. */
  readonly without?: readonly string[];
}

const folder = '/var/lib/mendgate';
/** Of root's locks: those who log in share a machine here, and are to be hosts of their own. */
const locks = '/run/mendgate';
const needed = ['tee', 'find', 'mkdir', 'sync', 'ls', 'sleep', 'grep', 'cat', 'rm', 'id', 'setsid', 'ps'];

/**
 * A mount namespace of its own for a server and all it starts: markers on a small disk in memory that goes with it, another
 * boot, other programs, no start-up file of root's. Only for root. See {@link inCage} for its files.
 */
export function cage({
  disk = 'size=64m',
  bootFile,
  busybox = false,
  without = [],
}: CageOptions = {}): readonly string[] {
  for (const each of [folder, locks]) mkdirSync(each, { recursive: true, mode: 0o700 });
  const over = (from: string, program: string): string =>
    `p=$(command -v ${program}) && p=$(readlink -f "$p") && mount --bind ${from} "$p"`;
  const script = [
    'set -e',
    `mount -t tmpfs -o ${disk},mode=0700 tmpfs ${folder}`,
    `mount -t tmpfs -o size=1m,mode=0700 tmpfs ${locks}`,
    ...(bootFile === undefined ? [] : [`mount --bind ${bootFile} /proc/sys/kernel/random/boot_id`]),
    // What dies halfway in somebody's start-up files may leave a lock there, for which every later login waits.
    'for f in ~root/.bashrc; do [ ! -f "$f" ] || mount --bind /dev/null "$f"; done',
    ...without.map((program) => over('/dev/null', program)),
    ...(busybox ? [...needed, 'sh'].map((program) => over('/bin/busybox', program)) : []),
    'exec "$@"',
  ];
  return ['unshare', '-m', '--propagation', 'private', 'bash', '-c', script.join('\n'), 'cage'];
}

/** Why there is no cage on this machine, or `undefined`. */
export const cageMissing: string | undefined = missing();

function missing(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can make a mount namespace';
  const [program = '', ...args] = [...cage(), 'true'];
  const { status, stderr } = spawnSync(program, args);
  return status === 0 ? undefined : `mounts are impossible here: ${String(stderr).trim()}`;
}

/** Where a file of a server in a cage lies for others. */
export function inCage({ pid }: { readonly pid: number }, path: string): string {
  return `/proc/${pid}/root${path}`;
}

/** A file with the id of a boot, for `bootFile`. */
export function bootFile(dir: string, digit: string): string {
  const file = join(dir, 'boot_id');
  writeFileSync(file, `${digit.repeat(8)}-2222-4333-8444-555555555555\n`);
  return file;
}
