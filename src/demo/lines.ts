/** One string with a line end behind each line. */
export function text(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

/** Text as `od` gives it: how the core pack's scripts carry what may hold line ends. */
export function hex(data: string): string {
  return Buffer.from(data, 'utf8').toString('hex');
}

/** A string param; `''` for anything else. */
export function textOf(params: { readonly [name: string]: unknown }, name: string): string {
  const value = params[name];
  return typeof value === 'string' ? value : '';
}
