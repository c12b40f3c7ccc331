import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { safeText } from '../../model/safe-text.ts';

/** What a program may take. */
export interface ProgramLimits {
  /** Default 30 000. */
  readonly timeoutMs?: number;
  /** Of its output. Default 1 MiB. */
  readonly maxBytes?: number;
}

export type Reply =
  | { readonly kind: 'reply'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly why: string };

/** Of what a program says on stderr. */
const mostSaid = 64 * 1024;

/** For what is still in its pipes when it has ended; only where something that it started holds them open. */
const graceMs = 1_000;

/**
 * Starts a program without a shell, in its own folder, with one JSON value on its stdin; gives the one on its stdout. It
 * gets only harmless parts of the environment. Its process group is ended with it; what it started in a session of its own
 * goes on, and nobody waits for that.
 */
export function runProgram(file: string, question: unknown, limits: ProgramLimits = {}): Promise<Reply> {
  const { timeoutMs = 30_000, maxBytes = 1024 * 1024 } = limits;
  return new Promise((settle) => {
    const child = spawn(file, [], {
      cwd: dirname(file),
      env: harmlessEnvironment(),
      stdio: ['pipe', 'pipe', 'pipe'],
      // A process group of its own, which is ended as a whole.
      detached: true,
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    const stdout = collect(maxBytes, () => endGroup(child.pid));
    const stderr = collect(mostSaid, () => {});
    child.stdout.on('data', stdout.take);
    child.stderr.on('data', stderr.take);
    child.on('error', (error) => settle({ kind: 'failed', why: notStarted(error) }));
    let grace: NodeJS.Timeout | undefined;
    child.on('exit', () => {
      endGroup(child.pid);
      grace = setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, graceMs);
    });
    child.on('close', (code, signal) => {
      clearTimeout(grace);
      const fail = (why: string): void => settle({ kind: 'failed', why: withSaid(why, stderr.text()) });
      if (stdout.full()) fail(`it printed more than ${maxBytes} bytes`);
      else if (signal !== null && child.killed) fail(`it took longer than ${timeoutMs / 1000} s and was stopped`);
      else if (signal !== null) fail(`it was ended by ${signal}`);
      else if (code !== 0) fail(`it ended with exit code ${code}`);
      else {
        const value = parse(stdout.text());
        if (value === undefined) fail('it printed no JSON');
        else settle({ kind: 'reply', value: value.json });
      }
    });
    // A program that does not read its question is no error.
    child.stdin.on('error', () => {});
    child.stdin.end(`${JSON.stringify(question)}\n`);
  });
}

/** No agents, no credentials: what a program asks for on hosts is asked for it. */
function harmlessEnvironment(): NodeJS.ProcessEnv {
  const passed = ['PATH', 'HOME', 'TMPDIR', 'PYENV_ROOT', 'PYENV_VERSION', 'VIRTUAL_ENV'];
  const kept = passed.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  return { ...Object.fromEntries(kept), LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' };
}

function collect(maxBytes: number, onFull: () => void) {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return {
    take(chunk: Buffer): void {
      bytes += chunk.length;
      if (bytes <= maxBytes) chunks.push(chunk);
      else onFull();
    },
    full: (): boolean => bytes > maxBytes,
    text: (): string => Buffer.concat(chunks).toString('utf8'),
  };
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing of it is left.
  }
}

function notStarted(error: Error): string {
  const code = 'code' in error ? String(error.code) : error.message;
  if (code === 'ENOENT') return 'it could not be started: the program in its first line (#!) does not exist';
  if (code === 'ENOEXEC') return 'it could not be started: it has no first line like #!/usr/bin/env python3';
  return `it could not be started (${code})`;
}

function parse(text: string): { readonly json: unknown } | undefined {
  try {
    return { json: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** The end of what it said, harmless for terminals. */
function withSaid(why: string, stderr: string): string {
  const said = safeText(stderr.trim()).split('\n').slice(-5).join('\n').slice(-1000);
  return said === '' ? why : `${why}; it said: ${said}`;
}
