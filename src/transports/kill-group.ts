import { killProgram } from '../shell/frame.ts';
import { type ShellIds, type ShellOptions, startShell } from './host-shell.ts';

/** Signals everything in a program's process group, as the same user, over a channel of its own. Resolves when that was tried. */
export function killGroup(options: ShellOptions, ids: ShellIds, signal: 'TERM' | 'KILL' = 'KILL'): Promise<void> {
  return new Promise((resolve) => {
    startShell({ ...options, startMs: 5000 }, killProgram(ids.pid, ids.pgid, signal), {
      hello: () => undefined,
      stdout: () => undefined,
      stderr: () => undefined,
      closed: () => resolve(),
    });
  });
}
