import { createNotifier, type Notifier, safeLine, splitWords } from '../index.ts';
import { UsageError } from './exit.ts';
import type { Io } from './io.ts';

/** `--notify`: a URL, or a program and its arguments, parted as a shell would. */
export function notifierOf(io: Io, given: readonly string[] = []): Notifier {
  const targets = given.map((text) => {
    if (/^https?:\/\//.test(text)) return text;
    const words = splitWords(text);
    if (words === undefined || words.length === 0)
      throw new UsageError('--notify: expected a URL, or a program and its arguments');
    return words;
  });
  const notifier = createNotifier(targets);
  return {
    sink: notifier.sink,
    async send() {
      const problems = await notifier.send();
      for (const problem of problems)
        io.stderr.write(`warning: --notify: ${safeLine(problem)}; the run itself is over\n`);
      return problems;
    },
  };
}
