import { randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../model/clock.ts';
import { answerAt, askHolder, type Holder } from './holder.ts';
import { codeOf } from './own-path.ts';

/** A lock that was taken, or who has it. */
export type Taken = { readonly release: () => Promise<void> } | { readonly held: Holder | 'silent' };

const tries = 100;

/**
 * A lock for systems without abstract sockets, in a directory of ours: a file that names its holder's socket. A holder whose
 * socket does not answer is dead. Its lock is taken away only by its heir, the first to link a name made of its id: of two who
 * find it dead, the second would else take away the first one's new lock. A dead heir has an heir in turn.
 */
export async function takeSocketFile(directory: string, name: string, holder: Holder, clock: Clock): Promise<Taken> {
  const id = randomBytes(8).toString('hex');
  const lock = join(directory, name);
  const own = join(directory, `${id}.own`);
  const server = await answerAt(join(directory, id), holder);
  if (server === undefined) throw new Error(`${id} is taken`);
  const lives = async (other: string): Promise<Holder | 'silent' | undefined> =>
    other === id ? holder : askHolder(join(directory, other), clock);

  /** Whether the right to take away the lock of this dead holder is ours. */
  async function inherits(dead: string): Promise<boolean> {
    for (let at = dead; ; ) {
      const path = join(directory, `${name}.${at}`);
      if (await linked(own, path)) return true;
      const heir = await readId(path);
      if (heir === undefined) return false;
      if (heir === id) return true;
      if ((await lives(heir)) !== undefined) return false;
      at = heir;
    }
  }

  async function release(): Promise<void> {
    if ((await readId(lock)) === id) await rm(lock, { force: true });
    server?.close();
  }

  await writeFile(own, id, { mode: 0o600 });
  try {
    for (let left = tries; left > 0; left -= 1) {
      if (await linked(own, lock)) return { release };
      const found = await readId(lock);
      if (found === undefined) continue;
      const alive = await lives(found);
      if (alive !== undefined) {
        server.close();
        return { held: alive };
      }
      if (!(await inherits(found))) await clock.sleep(10);
      else if ((await readId(lock)) === found) {
        await rm(lock, { force: true });
        await rm(join(directory, found), { force: true });
      }
    }
  } finally {
    await rm(own, { force: true });
  }
  server.close();
  return { held: 'silent' };
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function readId(path: string): Promise<string | undefined> {
  try {
    const [id] = /^[0-9a-f]{16}$/.exec(await readFile(path, 'latin1')) ?? [];
    return id;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
