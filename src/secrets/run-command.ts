import { execFile } from 'node:child_process';

/** Longer than anybody needs to touch a key or to unlock a password store. */
const timeoutMs = 120_000;
const maxBytes = 1024 * 1024;

/** What a program on this machine prints, run without a shell; or why there is nothing. What it says on stderr is passed on. */
export function runCommand(argv: readonly string[], signal?: AbortSignal): Promise<{ text: string } | { why: string }> {
  const [program = '', ...args] = argv;
  return new Promise((settle) => {
    const child = execFile(
      program,
      args,
      { timeout: timeoutMs, maxBuffer: maxBytes, encoding: 'utf8', ...(signal === undefined ? {} : { signal }) },
      (error, stdout) => settle(error === null ? { text: stdout } : { why: `${program} ${whyFailed(error)}` }),
    );
    child.stdin?.end();
    child.stderr?.pipe(process.stderr, { end: false });
  });
}

/** Never its message: that quotes the arguments. */
function whyFailed(error: Error & { readonly code?: unknown; readonly killed?: boolean }): string {
  if (error.code === 'ENOENT') return 'does not exist';
  if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return `printed more than ${maxBytes} bytes`;
  if (error.killed === true) return `took longer than ${timeoutMs / 1000} s`;
  if (typeof error.code === 'number') return `ended with exit code ${error.code}`;
  return typeof error.code === 'string' ? `could not be started (${error.code})` : 'was ended by a signal';
}
