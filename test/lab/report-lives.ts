import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Life } from './life.ts';
import { resultsPage, resultsTable } from './results-page.ts';

/** vitest's global setup: when all workers have ended, prints what the lives came to, and writes the page where it was asked for. */
export default function reportLives(): () => Promise<void> {
  return async () => {
    const folder = process.env['LAB_LIVES'];
    if (folder === undefined) return;
    const lives = await readLives(folder);
    if (lives.length === 0) return;
    process.stdout.write(`\n${resultsTable(lives)}\n`);
    // The page is the record of a whole run; a part of one must not overwrite it.
    if (process.env['LAB_RESULTS'] === '1') await writeFile('docs/lab-results.md', resultsPage(lives));
  };
}

async function readLives(folder: string): Promise<readonly Life[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as Life));
}
