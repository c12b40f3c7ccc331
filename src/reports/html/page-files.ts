import { readFile } from 'node:fs/promises';

/** What every report's page is made of (report-page/, put together at build). */
export interface PageFiles {
  readonly script: string;
  readonly style: string;
}

export async function readPageFiles(): Promise<PageFiles> {
  const read = (name: string): Promise<string> =>
    readFile(new URL(`../../../generated/${name}`, import.meta.url), 'utf8');
  const [script, style] = await Promise.all([read('report-page.js'), read('report-page.css')]);
  return { script, style };
}
