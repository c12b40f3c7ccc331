import { createInterface } from 'node:readline';
import { Secret } from '../index.ts';
import { UsageError } from './exit.ts';
import type { Io } from './io.ts';

/** Asks on the terminal; true for `y` or `yes`. */
export async function askYes(io: Io, question: string): Promise<boolean> {
  const answer = await askLine(io, `${question} [y/N] `, true);
  return /^y(es)?$/i.test(answer.trim());
}

/** Asks without echo. */
export async function askSecret(io: Io, prompt: string): Promise<Secret> {
  if (io.stdin.isTTY !== true) throw new UsageError(`${prompt} has to be asked, and there is no terminal`);
  const answer = await askLine(io, prompt, false);
  io.stderr.write('\n');
  return new Secret(answer);
}

function askLine(io: Io, prompt: string, echo: boolean): Promise<string> {
  return new Promise((resolve) => {
    io.stderr.write(prompt);
    const reader = createInterface({
      input: io.stdin,
      ...(echo ? { output: process.stderr } : {}),
      terminal: io.stdin.isTTY === true,
      prompt: '',
    });
    let answered = '';
    reader.on('line', (line) => {
      answered = line;
      reader.close();
    });
    // Ctrl-C and end of input answer no.
    reader.on('SIGINT', () => reader.close());
    reader.on('close', () => resolve(answered));
  });
}
