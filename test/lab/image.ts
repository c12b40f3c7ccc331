import { appendFile, cp, mkdir, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { alone } from './alone.ts';
import { aptOptions, aptSources } from './apt.ts';
import { cacheDir, imageSources, recipeHash } from './cache.ts';
import { exists } from './exists.ts';
import { provideNeededPrograms } from './needed-programs.ts';
import { mustRun } from './run-program.ts';

/** A built image: one kernel and initrd, two disks, and the keys that open them. */
export interface Image {
  readonly folder: string;
  readonly hash: string;
  /** Private key of root, ops, opspw and plain. */
  readonly keyFile: string;
  /** `ssh-ed25519 AAAA…` of every guest of this image. */
  readonly hostKey: string;
}

/** Which disk of an image: `minimal` lacks semanage, sesearch, ausearch and auditd. */
export type Disk = 'full' | 'minimal';

const suite = 'bookworm';
const diskSize = 3 * 1024 ** 3;
/** Raise it when this file builds something else from the same sources; see {@link recipeHash}. */
const buildVersion = 1;

/** The image of the present recipe, built first when it isn't in the cache. */
export async function provideImage(say: (line: string) => void): Promise<Image> {
  const hash = await recipeHash(suite, String(diskSize), String(buildVersion));
  const folder = join(cacheDir(), 'images', hash);
  if (!(await exists(folder))) {
    await provideNeededPrograms(say);
    await alone('image', say, async () => {
      if (!(await exists(folder))) await build(folder, say);
    });
  }
  const hostKey = (await readFile(join(folder, 'host_key.pub'), 'utf8')).trim();
  return { folder, hash, keyFile: join(folder, 'key'), hostKey };
}

async function build(folder: string, say: (line: string) => void): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error('building the image needs root: its files and labels belong to root');
  const started = performance.now();
  const stage = (line: string) => say(`[${((performance.now() - started) / 1000).toFixed(0)} s] ${line}`);
  const work = `${folder}.tmp`;
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  await mustRun('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'lab', '-f', join(work, 'key')]);

  stage(`packages of ${suite}, through this machine's apt configuration`);
  const root = join(work, 'root');
  await bootstrap(root);
  stage('configuration');
  await cp(join(imageSources, 'root'), root, { recursive: true, force: true });
  await inRoot(root, 'configure.sh', [(await readFile(join(work, 'key.pub'), 'utf8')).trim()]);
  await takeOut(root, work);
  stage('labels and disk');
  await makeDisk(root, join(work, 'full.qcow2'));
  stage('the minimal disk');
  const removed = (await inRoot(root, 'minimal.sh', [])).trim().split('\n');
  await makeDisk(root, join(work, 'minimal.qcow2'));
  stage('package files of what the minimal disk lacks');
  await fetchPackages(removed, join(work, 'debs'));

  await rm(root, { recursive: true });
  await rename(work, folder);
  stage(`image ready: ${folder}`);
}

async function bootstrap(root: string): Promise<void> {
  const packages = (await readFile(join(imageSources, 'packages.txt'), 'utf8'))
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const leftOut = ['man', 'locale', 'doc'].map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`);
  await mustRun('mmdebstrap', [
    '--variant=minbase',
    '--mode=root',
    `--include=${packages.join(',')}`,
    '--aptopt=APT::Install-Recommends "false"',
    ...(await aptOptions()).map((option) => `--aptopt=${option}`),
    ...leftOut,
    suite,
    root,
    ...(await aptSources(suite)),
  ]);
}

/** Runs one of the recipe's scripts inside the root file system. */
async function inRoot(root: string, script: string, args: readonly string[]): Promise<string> {
  await cp(join(imageSources, script), join(root, script));
  const said = await mustRun('chroot', [root, 'sh', `/${script}`, ...args]);
  await rm(join(root, script));
  return said;
}

/** Kernel, initrd and the host's public key go beside the disk: it boots without a boot loader. */
async function takeOut(root: string, work: string): Promise<void> {
  for (const name of await readdir(join(root, 'boot'))) {
    if (name.startsWith('vmlinuz-')) await cp(join(root, 'boot', name), join(work, 'vmlinuz'));
    if (name.startsWith('initrd.img-')) await cp(join(root, 'boot', name), join(work, 'initrd.img'));
  }
  const hostKey = await readFile(join(root, 'etc/ssh/ssh_host_ed25519_key.pub'), 'utf8');
  await writeFile(join(work, 'host_key.pub'), hostKey.split(' ').slice(0, 2).join(' '));
}

/** Labels by the image's own policy (this machine needs none), then ext4 filled with attributes: no loop device. */
async function makeDisk(root: string, disk: string): Promise<void> {
  await mustRun('setfiles', ['-F', '-r', root, join(root, 'etc/selinux/default/contexts/files/file_contexts'), root]);
  const raw = `${disk}.raw`;
  await appendFile(raw, '');
  await truncate(raw, diskSize);
  await mustRun('mke2fs', [
    '-q',
    '-t',
    'ext4',
    '-O',
    '^metadata_csum_seed',
    '-E',
    'nodiscard',
    '-m',
    '0',
    '-d',
    root,
    raw,
  ]);
  await mustRun('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', raw, disk]);
  await rm(raw);
}

async function fetchPackages(names: readonly string[], folder: string): Promise<void> {
  await mkdir(folder);
  // A container has no lists, and old ones name other versions than the image has.
  await mustRun('apt-get', ['update', '-qq']);
  await mustRun('apt-get', ['download', '-qq', ...names], { cwd: folder });
}
