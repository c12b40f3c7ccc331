import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { codeOf, ownFile, UnsafePath } from './own-path.ts';

/** The one file that a journal is written to; tests give one that fails. */
export interface JournalFile {
  /** Appends; gives how many bytes were taken, which may be fewer (a full disk takes a part without an error). */
  write(bytes: Uint8Array): Promise<number>;
  /** fdatasync: when it resolves, all that was written outlives a crash of the machine. */
  sync(): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_RDONLY, O_RDWR, O_WRONLY } = constants;

/** Makes a journal that is not there yet, for its owner alone. */
export async function newJournalFile(path: string): Promise<JournalFile> {
  const handle = await openOwnFile(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL);
  return fileOf(handle);
}

/** Opens a journal to go on with it, with what is in it. */
export async function oldJournalFile(path: string): Promise<{ readonly file: JournalFile; readonly bytes: Buffer }> {
  const handle = await openOwnFile(path, O_RDWR | O_APPEND);
  try {
    return { file: fileOf(handle), bytes: await handle.readFile() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** What is in a journal. */
export async function readJournalFile(path: string): Promise<Buffer> {
  const handle = await openOwnFile(path, O_RDONLY);
  try {
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

/** A plain file of ours, and nobody else's. Rejects with an UnsafePath. */
export async function openOwnFile(path: string, flags: number): Promise<FileHandle> {
  const handle = await openPlain(path, flags);
  try {
    await ownFile(handle, path);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function openPlain(path: string, flags: number): Promise<FileHandle> {
  try {
    return await open(path, flags | O_NOFOLLOW, 0o600);
  } catch (error) {
    if (codeOf(error) !== 'ELOOP') throw error;
    throw new UnsafePath(`${path} is a symbolic link`);
  }
}

function fileOf(handle: FileHandle): JournalFile {
  return {
    write: async (bytes) => (await handle.write(bytes)).bytesWritten,
    sync: () => handle.datasync(),
    truncate: (length) => handle.truncate(length),
    close: () => handle.close(),
  };
}
