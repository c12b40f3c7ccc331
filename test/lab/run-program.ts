import { spawn } from 'node:child_process';

/** How a program of this machine ended. */
export interface Ended {
  readonly rc: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds; afterwards the program is killed and rc is 124. */
  readonly timeoutMs?: number;
}

/** Runs a program at low priority (the lab shares its machine) and waits for its end, whatever the exit code. */
export function runProgram(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn('nice', ['-n', '10', program, ...args], {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, options.timeoutMs ?? 1_800_000);
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({
        rc: late ? 124 : (code ?? 137),
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      });
    });
    // A program that ends without reading its input is not an error of ours.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.stdin ?? '');
  });
}

/** {@link runProgram} that throws, with the program's last lines, unless it ends with 0. */
export async function mustRun(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const ended = await runProgram(program, args, options);
  if (ended.rc === 0) return ended.stdout;
  const said = `${ended.stdout}${ended.stderr}`.trim().split('\n').slice(-15).join('\n');
  throw new Error(`${program} ${args.slice(0, 4).join(' ')} … ended with ${ended.rc}:\n${said}`);
}
