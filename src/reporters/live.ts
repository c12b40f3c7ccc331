import { createTally } from '../model/run-summary.ts';
import type { Board, RunStarted } from './board.ts';
import { createHostBoard } from './host-board.ts';
import { createNarrator } from './narrator.ts';
import type { Outputs, Reporter, ReporterOptions } from './reporter.ts';
import { resultText } from './result-text.ts';
import { createScreen } from './screen.ts';
import { createStepBoard } from './step-board.ts';
import { runTaskList } from './task-list.ts';
import { coloursOf } from './words.ts';

/** More rows than this cost too much and fit on no screen. */
const mostHostRows = 20;

/** The view for a terminal: rows that are drawn over themselves, failures printed above them, the result at the end. */
export function createLive(outputs: Outputs, options: ReporterOptions): Reporter {
  const { stdout, stderr } = outputs;
  const colours = coloursOf(stderr.colour);
  const columns = (): number => (stderr.columns > 0 ? stderr.columns : 80);
  const tally = createTally();
  const narrator = createNarrator(options, columns, colours);
  const screen = createScreen(stderr);
  let board: Board | undefined;
  let shown: Promise<void> = Promise.resolve();
  let closed = false;
  const restore = (): void => screen.finish();

  function begin(started: RunStarted): void {
    const few = started.hosts.length <= Math.min(mostHostRows, (stderr.rows ?? 24) - 4);
    const made = few ? createHostBoard(started) : createStepBoard(started);
    board = made;
    process.once('exit', restore);
    shown = runTaskList({
      rows: made.rows,
      colours,
      columns,
      draw: (lines) => screen.draw([...lines, made.status(columns(), colours)]),
    });
  }

  return {
    emit(event) {
      if (closed) return;
      tally.take(event);
      const { lasting, lines } = narrator.tell(event);
      if (lasting && lines.length > 0) screen.print(lines);
      if (event.type === 'run.started') begin(event);
      else board?.take(event);
    },
    pause: () => screen.pause(),
    resume: () => screen.resume(),
    async close() {
      if (closed) return;
      closed = true;
      for (const row of board?.rows ?? []) row.end(row.begun ? 'bad' : 'skipped');
      await shown;
      screen.finish();
      process.off('exit', restore);
      const text = resultText(tally.summary(), stdout, options);
      if (text !== '') stdout.write(`\n${text}`);
    },
  };
}
