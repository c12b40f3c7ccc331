import { relative } from 'node:path';

/** A file as one would write it: relative to where one stands, unless that leads upwards. */
export function shownAs(file: string): string {
  const way = relative(process.cwd(), file);
  return way.startsWith('..') ? file : way;
}
