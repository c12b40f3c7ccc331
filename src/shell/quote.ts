import { safeLine } from '../model/safe-text.ts';

/** One POSIX shell word that means exactly `text`. NUL cannot be carried; see `unsendable`. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A word for a line that a person copies into a shell: plain where it can be, else quoted; what a terminal would obey is visible. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : quote(safeLine(text));
}
