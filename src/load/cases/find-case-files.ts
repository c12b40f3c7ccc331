import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

const ending = '.test.yaml';

/** Case files among these paths: each file itself, and every `*.test.yaml` below a folder. `missing`: paths that are neither. */
export async function findCaseFiles(
  paths: readonly string[],
): Promise<{ readonly files: readonly string[]; readonly missing: readonly string[] }> {
  const files = new Set<string>();
  const missing: string[] = [];
  for (const path of paths) {
    const kind = await kindOf(path);
    if (kind === 'file') files.add(path);
    else if (kind === 'folder') for (const file of await below(path)) files.add(file);
    else missing.push(path);
  }
  return { files: [...files], missing };
}

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch {
    return undefined;
  }
}

async function below(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = await Promise.all(
    entries
      .filter(({ name }) => !name.startsWith('.') && name !== 'node_modules')
      .map(async (entry) => {
        const path = folder === '.' ? entry.name : join(folder, entry.name);
        if (entry.isDirectory()) return below(path);
        return entry.isFile() && entry.name.endsWith(ending) ? [path] : [];
      }),
  );
  return found.flat().toSorted();
}
