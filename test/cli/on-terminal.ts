import { execFile, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

/** Whether this machine can play a terminal. */
export const terminalIsHere = spawnSync('python3', ['-c', 'import pty, os; os.waitstatus_to_exitcode']).status === 0;

/** What to wait for on the screen, and what is done then. */
export type Act = readonly [waitFor: string, kind: 'type' | 'kill', what: string];

export interface Played {
  readonly code: number;
  readonly screen: string;
  /** Acts that were never due. */
  readonly left: number;
}

/** Runs the built command line on a terminal of its own. */
export function onTerminal(
  args: readonly string[],
  play: readonly Act[],
  env: { readonly [name: string]: string } = {},
): Promise<Played> {
  return playOn([process.execPath, resolve('dist/cli/main.js'), ...args], play, env);
}

/** Runs any program so. */
export function playOn(
  argv: readonly string[],
  play: readonly Act[],
  env: { readonly [name: string]: string } = {},
): Promise<Played> {
  const whole = ['test/cli/terminal.py', JSON.stringify(play), ...argv];
  return new Promise((done, fail) => {
    execFile('python3', whole, { env: { ...process.env, ...env }, maxBuffer: 64e6 }, (error, stdout) =>
      error ? fail(error) : done(JSON.parse(stdout) as Played),
    );
  });
}
