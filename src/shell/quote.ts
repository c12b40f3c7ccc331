/** One POSIX shell word that means exactly `text`. NUL cannot be carried; see `unsendable`. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
