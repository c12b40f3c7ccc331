import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where images, snapshots and running guests live: `$XDG_CACHE_HOME/mendgate-lab`, never the checkout. */
export function cacheDir(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'mendgate-lab');
}

/** The folder with the recipe of the image. */
export const imageSources: string = fileURLToPath(new URL('./image/', import.meta.url));

/** Text that names this recipe: the same files give the same image folder, a changed one gives a new image. */
export async function recipeHash(...more: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of (await filesUnder(imageSources)).sort()) {
    hash
      .update(`${path.slice(imageSources.length)}\0`)
      .update(await readFile(path))
      .update('\0');
  }
  for (const text of more) hash.update(text).update('\0');
  return hash.digest('hex').slice(0, 16);
}

async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
