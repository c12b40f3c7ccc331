/** The lines of a script's output whose first word is `key`, without that word. */
export function linesOf(stdout: string, key: string): readonly string[] {
  const prefix = `${key} `;
  const found: string[] = [];
  for (const line of stdout.split('\n')) {
    if (line.startsWith(prefix)) found.push(line.slice(prefix.length));
  }
  return found;
}

/** The first such line's text, or `undefined`. */
export function lineOf(stdout: string, key: string): string | undefined {
  return linesOf(stdout, key)[0];
}
