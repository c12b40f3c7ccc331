import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

export interface CliEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command line as a user would; no terminal. */
export function mendgate(
  args: readonly string[],
  env: { readonly [name: string]: string } = {},
  cwd = process.cwd(),
): Promise<CliEnd> {
  return new Promise((done, reject) => {
    const child = spawn(process.execPath, [resolve('dist/cli/main.js'), ...args], {
      cwd,
      env: { ...process.env, ...env },
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
