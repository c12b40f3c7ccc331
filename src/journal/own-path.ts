import { constants, type Stats } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A path of the state directory that is not safe to use, and what to do. */
export class UnsafePath extends Error {
  override readonly name = 'UnsafePath';
}

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;
/** Group or others may write. */
const shared = 0o022;

/**
 * A directory of ours, made when it is missing: no symlink, our own, nobody else may write there. `tighten` takes the rights
 * of others from one that was there before. What was made outlives a crash of the machine.
 */
export async function ownDirectory(path: string, tighten: boolean): Promise<void> {
  const made = await makeDirectories(path);
  const handle = await openDirectory(path);
  try {
    checkOwner(await handle.stat(), path);
    if (tighten || made !== undefined) await handle.chmod(0o700);
  } finally {
    await handle.close();
  }
  if (made !== undefined) for (const parent of between(dirname(made), dirname(path))) await syncDirectory(parent);
}

/**
 * Makes a directory and those above it that are missing; gives the outermost that it made. Node's own `recursive` never ends
 * where a parent is there and yet says ENOENT, as `/proc` does.
 */
async function makeDirectories(path: string): Promise<string | undefined> {
  try {
    return await mkdirOnce(path);
  } catch (error) {
    if (!isMissing(error) || dirname(path) === path) throw error;
  }
  const outermost = await makeDirectories(dirname(path));
  try {
    const made = await mkdirOnce(path);
    return outermost ?? made;
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new UnsafePath(`${path} cannot be made: nothing can be created in ${dirname(path)}`);
  }
}

/** `undefined`: something of that name is there already. */
async function mkdirOnce(path: string): Promise<string | undefined> {
  try {
    await mkdir(path, { mode: 0o700 });
    return path;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return undefined;
    throw error;
  }
}

/** Whether a directory that is only read is ours. */
export async function checkDirectory(path: string): Promise<void> {
  const handle = await openDirectory(path);
  try {
    checkOwner(await handle.stat(), path);
  } finally {
    await handle.close();
  }
}

/** Makes what was created in a directory outlive a crash of the machine. */
export async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, O_RDONLY | O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** An open file of ours: a plain file, our own, nobody else may write it; from now on nobody else may read it either. */
export async function ownFile(handle: FileHandle, path: string): Promise<void> {
  const found = await handle.stat();
  if (!found.isFile()) throw new UnsafePath(`${path} is not a plain file`);
  checkOwner(found, path);
  await handle.chmod(0o600);
}

/** Whether an error says that there is nothing of that name. */
export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}

async function openDirectory(path: string): Promise<FileHandle> {
  try {
    return await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'ELOOP' && code !== 'ENOTDIR') throw error;
    throw new UnsafePath(`${path} is a symbolic link, or no directory: name the directory itself with --state-dir`);
  }
}

function checkOwner(found: Stats, path: string): void {
  const me = process.geteuid?.();
  if (me !== undefined && found.uid !== me) {
    throw new UnsafePath(
      `${path} belongs to user id ${found.uid}, and you are ${me}: use a --state-dir of your own, or be that user`,
    );
  }
  checkNobodyElseWrites(found, path);
}

/** Whether only its owner may write to it, whoever that is. */
export function checkNobodyElseWrites(found: Stats, path: string): void {
  if ((found.mode & shared) === 0) return;
  const mode = (found.mode & 0o777).toString(8).padStart(4, '0');
  throw new UnsafePath(`others may write to ${path} (mode ${mode}): look at what is there, then chmod go-w ${path}`);
}

/** `first` and all directories below it on the way to `last`, outermost first. */
function between(first: string, last: string): readonly string[] {
  const path: string[] = [];
  for (let at = last; at.length >= first.length; at = dirname(at)) {
    path.unshift(at);
    if (at === dirname(at)) break;
  }
  return path;
}

/** `ENOENT`, …, where an error has such a code. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
