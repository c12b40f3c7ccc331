import type { Event } from '../model/event.ts';
import { createTally } from '../model/run-summary.ts';
import { HeldLines } from './held-lines.ts';
import { createNarrator } from './narrator.ts';
import type { Outputs, Reporter, ReporterOptions } from './reporter.ts';
import { lineColumns, resultText } from './result-text.ts';
import { coloursOf } from './words.ts';

/** What was held must not be told after these. */
const turns: ReadonlySet<Event['type']> = new Set<Event['type']>([
  'batch.started',
  'batch.finished',
  'run.resumed',
  'run.finished',
]);

/** Plain lines, for pipes and CI: what was done and what went wrong, at the end the plan or the summary. */
export function createLines(outputs: Outputs, options: ReporterOptions): Reporter {
  const { stdout, stderr } = outputs;
  const tally = createTally();
  const narrator = createNarrator(options, () => lineColumns(stderr), coloursOf(stderr.colour));
  const write = (lines: readonly string[]): void => {
    if (lines.length > 0) stderr.write(`${lines.join('\n')}\n`);
  };
  const held = options.clock === undefined ? undefined : new HeldLines(options.clock, write);
  const flush = (): void => held?.flush();
  process.once('exit', flush);
  let closed = false;
  return {
    emit(event) {
      tally.take(event);
      const { lines, fold } = narrator.tell(event);
      if (turns.has(event.type)) flush();
      if (fold !== undefined && held !== undefined) held.add(fold);
      else write(lines);
    },
    pause: flush,
    resume() {},
    async close() {
      if (closed) return;
      closed = true;
      held?.close();
      process.off('exit', flush);
      const text = resultText(tally.summary(), stdout, options);
      if (text !== '') stdout.write(`\n${text}`);
    },
  };
}
