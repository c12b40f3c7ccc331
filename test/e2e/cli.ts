import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import type { Event } from '../../src/model/event.ts';
import type { Verdict } from '../../src/model/result.ts';

export interface CliEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command line as a user would, in the folder `cwd`; no terminal. */
export function mendgate(
  args: readonly string[],
  env: { readonly [name: string]: string } = {},
  cwd = '.',
): Promise<CliEnd> {
  return new Promise((done, reject) => {
    const child = spawn(process.execPath, [resolve('dist/cli/main.js'), ...args], {
      env: { ...process.env, ...env },
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => done({ code, stdout, stderr }));
  });
}

/** What `--json` printed. */
export function eventsIn({ stdout }: CliEnd): readonly Event[] {
  return stdout.split('\n').flatMap((line): Event[] => (line === '' ? [] : [JSON.parse(line)]));
}

/** How each host of a run ended, by name. */
export function verdictsOf(events: readonly Event[]): Readonly<Record<string, Verdict>> {
  return Object.fromEntries(
    events.flatMap((event) => (event.type === 'host.finished' ? [[event.host, event.outcome.verdict]] : [])),
  );
}
