import { execFile } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import { safeText } from '../../model/safe-text.ts';
import type { Problem } from './place.ts';

export interface ExecutableLimits {
  /** Default 30 000. */
  readonly timeoutMs?: number;
  /** Of its output. Default 10 MiB. */
  readonly maxBytes?: number;
}

/** What `FILE --list` prints, run without a shell in its own folder; or why there is nothing. */
export function runExecutable(file: string, limits: ExecutableLimits = {}): Promise<string | Problem> {
  const { timeoutMs = 30_000, maxBytes = 10 * 1024 * 1024 } = limits;
  const path = resolve(file);
  const options = {
    cwd: dirname(path),
    timeout: timeoutMs,
    maxBuffer: maxBytes,
    killSignal: 'SIGKILL',
    encoding: 'utf8',
  } as const;
  return new Promise((settle) => {
    const child = execFile(path, ['--list'], options, (error, stdout, stderr) => {
      settle(error === null ? stdout : withStderr(whyFailed(error, limits, timeoutMs, maxBytes), stderr));
    });
    child.stdin?.end();
  });
}

type RunError = Error & { readonly code?: unknown; readonly killed?: boolean; readonly signal?: unknown };

function whyFailed(error: RunError, limits: ExecutableLimits, timeoutMs: number, maxBytes: number): string {
  if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return `it printed more than ${maxBytes} bytes`;
  if (error.killed === true) return `it took longer than ${(limits.timeoutMs ?? timeoutMs) / 1000} s and was stopped`;
  if (typeof error.code === 'number') return `it ended with exit code ${error.code}`;
  if (error.code === 'ENOENT') return 'it could not be started: the program in its first line (#!) does not exist';
  if (typeof error.code === 'string') return `it could not be started (${error.code})`;
  return `it was ended by ${String(error.signal)}`;
}

/** The end of what it said, harmless for terminals. */
function withStderr(message: string, stderr: string): Problem {
  const said = safeText(stderr.trim()).split('\n').slice(-10).join('\n').slice(-2000);
  return said === '' ? { message } : { message, help: `it said:\n${said}` };
}
