import { createHash } from 'node:crypto';
import { constants, copyFile, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chooseAccelerator } from './accelerator.ts';
import { alone } from './alone.ts';
import { cacheDir } from './cache.ts';
import { exists } from './exists.ts';
import { freePort } from './free-port.ts';
import { type Image, provideImage } from './image.ts';
import { isAlive } from './is-alive.ts';
import { guestKinds, isKindName, type KindName } from './kinds.ts';
import { closeLogins, execOnGuest, type Login, waitForSshd, writeKnownHosts } from './login.ts';
import { monitorCommand } from './monitor.ts';
import { provideNeededPrograms } from './needed-programs.ts';
import { type Accelerator, qemuArgs, startMachine } from './qemu.ts';
import { mustRun } from './run-program.ts';

/** A booted guest, frozen: a disk that is an overlay of the image's and holds the snapshot `ready`. */
export interface Snapshot {
  readonly image: Image;
  readonly accelerator: Accelerator;
  readonly disk: string;
}

export const snapshotName = 'ready';

/**
 * Loads what later commands need into the guest's page cache, once: semanage's Python, nginx's first request. Ends with
 * the logs as a fresh host has them.
 */
const settle = `
systemctl is-system-running --wait >/dev/null || { systemctl --failed --no-legend >&2; exit 1; }
semanage port -l >/dev/null 2>&1 || true
curl -s -o /dev/null http://127.0.0.1/static
sleep 2
: >/var/log/nginx/error.log
: >/var/log/nginx/access.log
sync
`;

/** The snapshot of this kind, booted and taken first when it isn't in the cache. */
export async function provideSnapshot(kind: KindName, say: (line: string) => void): Promise<Snapshot> {
  const image = await provideImage(say);
  await provideNeededPrograms(say);
  const accelerator = await chooseAccelerator(image);
  const snapshot = { image, accelerator, disk: await snapshotPath(image, kind, accelerator) };
  if (!(await exists(snapshot.disk))) {
    await alone(`snapshot ${kind}`, say, async () => {
      if (!(await exists(snapshot.disk))) await take(snapshot, kind, say);
    });
  }
  return snapshot;
}

/** Images and snapshots in the cache that no longer belong to the present recipe. */
export async function staleFiles(say: (line: string) => void): Promise<readonly string[]> {
  const image = await provideImage(say);
  const accelerator = await chooseAccelerator(image);
  const kinds = Object.keys(guestKinds).filter(isKindName);
  const present = await Promise.all(kinds.map((kind) => snapshotPath(image, kind, accelerator)));
  const stale: string[] = [];
  for (const folder of [dirname(image.folder), snapshotDir()]) {
    for (const name of await readdir(folder).catch(() => [])) {
      const path = join(folder, name);
      // Another process may be at work there.
      if (name.startsWith('new-') || name.endsWith('.tmp')) continue;
      if (path !== image.folder && !present.includes(path)) stale.push(path);
    }
  }
  return stale;
}

function snapshotDir(): string {
  return join(cacheDir(), 'snapshots');
}

async function snapshotPath(image: Image, kind: KindName, accelerator: Accelerator): Promise<string> {
  return join(snapshotDir(), `${await snapshotHash(image, kind, accelerator)}-${kind}.qcow2`);
}

/** Memory can only be loaded into the machine it was saved from: the same qemu with the same arguments. */
async function snapshotHash(image: Image, kind: KindName, accelerator: Accelerator): Promise<string> {
  const version = await mustRun('qemu-system-x86_64', ['--version']);
  const { disk, kernelArgs, prepare } = guestKinds[kind];
  const anywhere = { folder: '', sockets: '', disk: '', kernel: '', initrd: '', sshPort: 0, httpPort: 0 };
  const machine = qemuArgs({ ...anywhere, accelerator, kernelArgs });
  const parts = [image.hash, disk, prepare, settle, machine, version];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

async function take(snapshot: Snapshot, kind: KindName, say: (line: string) => void): Promise<void> {
  const { image, accelerator } = snapshot;
  const { disk, kernelArgs, prepare } = guestKinds[kind];
  const started = performance.now();
  const elapsed = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  say(`snapshot ${kind}: cold boot (${accelerator})`);
  await mkdir(snapshotDir(), { recursive: true });
  const folder = await mkdtemp(join(snapshotDir(), 'new-'));
  const sockets = await mkdtemp(join(tmpdir(), 'lab-'));
  const login: Login = {
    port: await freePort(),
    keyFile: image.keyFile,
    knownHostsFile: join(folder, 'known_hosts'),
    sockets,
  };
  await writeKnownHosts(login.knownHostsFile, login.port, image.hostKey);
  const overlay = join(folder, 'disk.qcow2');
  const base = join(image.folder, `${disk}.qcow2`);
  await mustRun('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', base, overlay]);
  const pid = startMachine(
    {
      ...{ folder, sockets, accelerator, kernelArgs, disk: overlay },
      ...{ kernel: join(image.folder, 'vmlinuz'), initrd: join(image.folder, 'initrd.img') },
      ...{ sshPort: login.port, httpPort: await freePort() },
    },
    true,
  );
  try {
    await waitForSshd(login.port, () => isAlive(pid));
    say(`snapshot ${kind}: sshd answers after ${elapsed()}`);
    for (const script of [prepare, settle]) {
      const answer = await execOnGuest(login, 'sh -eu -s', { stdin: script });
      if (answer.rc !== 0) throw new Error(`preparing ${kind} ended with ${answer.rc}: ${answer.stderr}`);
    }
    await closeLogins(login, ['root']);
    const monitor = join(sockets, 'qmp.sock');
    const said = await monitorCommand(monitor, `savevm ${snapshotName}`);
    if (said !== '') throw new Error(`savevm: ${said}`);
    await monitorCommand(monitor, 'quit').catch(() => undefined);
    while (isAlive(pid)) await sleep(100);
    await rename(overlay, snapshot.disk);
    say(`snapshot ${kind}: taken after ${elapsed()}`);
  } finally {
    if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    await rm(folder, { recursive: true, force: true });
    await rm(sockets, { recursive: true, force: true });
  }
}

/** A guest's own disk: the snapshot's overlay, copied (only what differs from the image is in it). */
export async function copySnapshot(snapshot: Snapshot, to: string): Promise<void> {
  await copyFile(snapshot.disk, to, constants.COPYFILE_FICLONE);
}
