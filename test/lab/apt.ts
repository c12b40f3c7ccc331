import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun } from './run-program.ts';

/** This machine's apt settings for fetching (proxies and the like), one `Name "value"` each, for mmdebstrap. */
export async function aptOptions(): Promise<readonly string[]> {
  const dump = await mustRun('apt-config', ['dump']);
  return dump
    .split('\n')
    .filter((line) => /^Acquire::(https?|ftp)::/.test(line))
    .map((line) => line.replace(/;$/, ''));
}

/** This machine's own Debian sources that offer this suite. */
export async function aptSources(suite: string): Promise<readonly string[]> {
  const folder = '/etc/apt/sources.list.d';
  const names = (await readdir(folder))
    .filter((name) => /\.(list|sources)$/.test(name))
    .map((name) => join(folder, name));
  const found: string[] = [];
  for (const path of ['/etc/apt/sources.list', ...names]) {
    const text = await readFile(path, 'utf8').catch(() => '');
    const offers = path.endsWith('.sources')
      ? new RegExp(`^Suites:.*\\b${suite}(\\s|$)`, 'm').test(text)
      : new RegExp(`^deb\\s.*\\s${suite}\\s`, 'm').test(text);
    if (offers) found.push(path);
  }
  if (found.length === 0) throw new Error(`the lab's guests are Debian ${suite}; no source in /etc/apt offers it`);
  return found;
}
