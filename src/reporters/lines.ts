import { createTally } from '../model/run-summary.ts';
import { createNarrator } from './narrator.ts';
import type { Outputs, Reporter, ReporterOptions } from './reporter.ts';
import { lineColumns, resultText } from './result-text.ts';
import { coloursOf } from './words.ts';

/** Plain lines, for pipes and CI: what was done and what went wrong, at the end the plan or the summary. */
export function createLines(outputs: Outputs, options: ReporterOptions): Reporter {
  const { stdout, stderr } = outputs;
  const tally = createTally();
  const narrator = createNarrator(options, () => lineColumns(stderr), coloursOf(stderr.colour));
  let closed = false;
  return {
    emit(event) {
      tally.take(event);
      const { lines } = narrator.tell(event);
      if (lines.length > 0) stderr.write(`${lines.join('\n')}\n`);
    },
    pause() {},
    resume() {},
    async close() {
      if (closed) return;
      closed = true;
      const text = resultText(tally.summary(), stdout, options);
      if (text !== '') stdout.write(`\n${text}`);
    },
  };
}
