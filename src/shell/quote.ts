import { safeLine } from '../model/safe-text.ts';

/** One POSIX shell word that means exactly `text`. NUL cannot be carried; see `unsendable`. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The same in fewer bytes where it can be: a shell reads them one by one. */
export function word(text: string): string {
  return isPlain(text) ? text : quote(text);
}

/** A word for a line that a person copies into a shell: plain where it can be, else quoted; what a terminal would obey is visible. */
export function shellWord(text: string): string {
  return isPlain(text) ? text : quote(safeLine(text));
}

/** Nothing in it means anything to a shell. */
function isPlain(text: string): boolean {
  return /^[\w@%+=:,./-]+$/.test(text);
}
