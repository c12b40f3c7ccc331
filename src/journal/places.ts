import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** Where runs are kept: `--state-dir`, else `$XDG_STATE_HOME/mendgate`, else `~/.local/state/mendgate`. Absolute. */
export function stateDirectory(
  given: string | undefined,
  env: { readonly [name: string]: string | undefined },
): string {
  if (given !== undefined) return resolve(given);
  const xdg = env['XDG_STATE_HOME'];
  // A relative one is to be ignored (XDG Base Directory Specification).
  const base = xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir(), '.local', 'state');
  return join(base, 'mendgate');
}

/** The directory of all runs. */
export function runsDirectory(state: string): string {
  return join(state, 'runs');
}

/** Names the runs in the order in which they began. */
export function begunPath(state: string): string {
  return join(state, 'begun');
}

/** The directory of one run. Its id must be one (`isRunId`). */
export function runDirectory(state: string, run: string): string {
  return join(runsDirectory(state), run);
}

/** The journal in a run's directory. */
export function journalPath(directory: string): string {
  return join(directory, 'journal.jsonl');
}

/** Space kept for closing a journal on a full disk. */
export function reservePath(directory: string): string {
  return join(directory, 'reserve');
}

/** Whether a text is a run's id as we make them; nothing else may become a path. */
export function isRunId(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d{6}-[0-9a-f]{6}$/.test(text);
}
