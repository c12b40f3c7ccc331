import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';

/** Names, kinds, modes, owners, times and contents below a path as one hash; not times of reading. */
export function hashTree(root: string): string {
  const hash = createHash('sha256');
  const visit = (path: string): void => {
    let stat: ReturnType<typeof lstatSync>;
    try {
      stat = lstatSync(path);
    } catch {
      return;
    }
    hash.update(`${path} ${stat.mode} ${stat.uid} ${stat.gid} ${stat.size} ${stat.mtimeMs}\n`);
    if (stat.isDirectory()) for (const name of readdirSync(path).sort()) visit(`${path}/${name}`);
    else if (stat.isFile()) hash.update(readFileSync(path));
  };
  visit(root);
  return hash.digest('hex');
}
