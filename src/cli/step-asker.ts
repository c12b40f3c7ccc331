import type { AskStep } from '../index.ts';
import { safeLine } from '../index.ts';
import type { Asker } from './ask.ts';
import { UsageError } from './exit.ts';
import type { Io } from './io.ts';

/** `--step`: asks before each step of each host, until somebody says that it is enough. */
export function stepAsker(io: Io, asker: Asker): AskStep {
  if (io.stdin.isTTY !== true || !io.stderr.isTty)
    throw new UsageError('--step asks before each step, and there is no terminal');
  let enough = false;
  return async ({ host, step, title }) => {
    for (;;) {
      if (enough) return 'go';
      const about = title === step ? step : `${step} (${title})`;
      const answer = await asker.line(
        `${safeLine(host)}: step ${safeLine(about)}: [Y]es, (n)o fix, (c)ontinue to the end, (q)uit?`,
      );
      switch (answer?.toLowerCase()) {
        case '':
        case 'y':
        case 'yes':
          return 'go';
        case 'n':
        case 'no':
          return 'leave_out';
        case 'c':
        case 'continue':
          enough = true;
          return 'go';
        case undefined:
        case 'q':
        case 'quit':
          return 'stop';
      }
    }
  };
}
