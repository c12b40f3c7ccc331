import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { Secret } from '../index.ts';
import type { Interrupts, Pausable } from './interrupts.ts';
import type { Io } from './io.ts';

/** Questions for the operator: one at a time, in the order they came. After an interrupt no question is asked any more. */
export interface Asker {
  /** True for `y` or `yes`; anything else, the end of input and an interrupt are a no. */
  yes(question: string): Promise<boolean>;
  /** What was typed, without blanks around it. `undefined`: interrupted, or the input has ended. */
  line(question: string): Promise<string | undefined>;
  /** Asks without echo. `undefined`: interrupted, withdrawn by `signal`, or the input has ended. */
  secret(prompt: string, signal?: AbortSignal): Promise<Secret | undefined>;
}

/** An asker on the terminal. While a question is open, `reporter` leaves the terminal alone. */
export function createAsker(
  io: Io,
  interrupts: Pick<Interrupts, 'stopping' | 'interrupt'>,
  reporter?: Pausable,
): Asker {
  let before: Promise<unknown> = Promise.resolve();

  async function askNow(prompt: string, echo: boolean, signal: AbortSignal | undefined): Promise<string | undefined> {
    const ends = signal === undefined ? [interrupts.stopping] : [interrupts.stopping, signal];
    if (ends.some((end) => end.aborted)) return undefined;
    reporter?.pause();
    try {
      return await askLine(io, prompt, echo, ends, interrupts.interrupt);
    } finally {
      reporter?.resume();
    }
  }
  function ask(prompt: string, echo: boolean, signal?: AbortSignal): Promise<string | undefined> {
    const answer = before.then(() => askNow(prompt, echo, signal));
    before = answer.catch(() => undefined);
    return answer;
  }

  return {
    async yes(question) {
      return /^y(es)?$/i.test((await ask(`${question} [y/N] `, true))?.trim() ?? '');
    },
    async line(question) {
      return (await ask(`${question} `, true))?.trim();
    },
    async secret(prompt, signal) {
      const answer = await ask(prompt, false, signal);
      return answer === undefined ? undefined : new Secret(answer, 'prompt');
    },
  };
}

/** One line; `undefined` when one of `ends` aborts first or the input ends. The terminal gives Ctrl-C to us as a key. */
function askLine(
  io: Io,
  prompt: string,
  echo: boolean,
  ends: readonly AbortSignal[],
  interrupt: () => void,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    // Only the last line: the reader draws its prompt anew at each correction.
    const lastLine = prompt.slice(prompt.lastIndexOf('\n') + 1);
    if (echo) io.stderr.write(prompt.slice(0, prompt.length - lastLine.length));
    const reader = createInterface({
      input: io.stdin,
      ...(echo ? { output: writableOf(io) } : {}),
      terminal: io.stdin.isTTY === true,
      prompt: lastLine,
    });
    let answered: string | undefined;
    const close = (): void => reader.close();
    reader.once('line', (line) => {
      answered = line;
      close();
    });
    reader.on('SIGINT', interrupt);
    reader.once('close', () => {
      for (const end of ends) end.removeEventListener('abort', close);
      if (!echo || answered === undefined) io.stderr.write('\n');
      resolve(answered);
    });
    for (const end of ends) end.addEventListener('abort', close, { once: true });
    // Only now: what is typed before the reader has the terminal would show.
    if (echo) reader.prompt();
    else io.stderr.write(prompt);
  });
}

function writableOf(io: Io): NodeJS.WritableStream {
  const output = new Writable({
    write(chunk, _encoding, done) {
      io.stderr.write(String(chunk));
      done();
    },
  });
  return Object.assign(output, { columns: io.stderr.columns });
}
