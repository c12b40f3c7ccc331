import { readFileSync } from 'node:fs';
import { exit, UsageError } from './exit.ts';

/** `-l @file` → the hosts it lists, one a line, `#` comments allowed; other limits as they are. */
export function readLimit(limit: string | undefined): string | undefined {
  if (limit === undefined || !limit.startsWith('@')) return limit;
  const file = limit.slice(1);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new UsageError(`-l ${limit}: cannot read ${file}`, exit.noHosts);
  }
  const names = text.split('\n').map((line) => line.replace(/#.*/, '').trim());
  return names.filter((name) => name !== '').join(',');
}
