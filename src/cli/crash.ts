import { writeSync } from 'node:fs';
import { asMendgate, type Event, packAtWork, packsRan } from '../index.ts';
import { exit } from './exit.ts';
import { Unfinished } from './unfinished.ts';

/** Of this process: it makes one run at a time. */
let following = new Unfinished();

/** Follows the events of a run, for the case of a crash. A new run begins a new list. */
export function followRun(event: Event): void {
  if (event.type === 'run.started' || event.type === 'run.resumed') following = new Unfinished();
  following.take(event);
}

/** What a run left open that could not end; first the hosts, since they matter more than the bug. Empty: nothing. */
export function leftOpen(): string {
  const lines = following.lines();
  const { run } = following;
  if (run === undefined || lines.length === 0) return '';
  const list = lines.map((line) => `  ${line}\n`).join('');
  return `\nNot known, or half-done:\n${list}To ask these hosts and go on: mendgate resume ${run}\n\n`;
}

/** The words for an error that nobody expected. */
export function bugText(error: unknown): string {
  return `mendgate: this is a bug in mendgate, please report it with the lines below.\n${textOf(error)}\n`;
}

/** The words for an error that nobody caught: a pack's, or our own. */
function uncaughtText(error: unknown, pack: string | undefined): string {
  if (pack === undefined) return bugText(error);
  const where = 'in a timer, a callback or a promise that nobody awaits';
  return `mendgate: the pack ${pack} threw where nothing can catch it (${where}), which ends the run.\n${textOf(error)}\n`;
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

let decided: number | undefined;

/** How this process ends, whatever else ends it from now on, and with whatever code. */
export function decideExit(code: number): void {
  decided = code;
  process.exitCode = code;
}

/**
 * What a pack leaves running (a timer, a socket) must not keep a run that is over, nor what a bug left open: connections, and
 * the hosts behind them. What is still to be written may.
 */
export function leaveBehind(): void {
  if (packsRan() || decided === exit.bug)
    process.stdout.write('', () => process.stderr.write('', () => process.exit()));
}

/** Whatever ends the process before its exit code is decided is a bug, and says so: a run in its middle is no success. */
function endAsDecided(): void {
  process.on('exit', () => {
    process.exitCode = decided ?? exit.bug;
    if (decided !== undefined) return;
    const how = 'something called process.exit, or nothing was left to wait for';
    writeSync(
      2,
      `${leftOpen()}mendgate: this was ended in the middle: ${how}. That is a bug in mendgate or in a pack.\n`,
    );
  });
}

/** Nothing can be trusted any more after an error that nobody caught: says what is left open, and ends. */
export function endOnCrash(): void {
  endAsDecided();
  process.on('uncaughtException', (error) => {
    // Synchronous: nothing else may run first, and what is written must be out before the end.
    try {
      writeSync(2, `${leftOpen()}${uncaughtText(error, packAtWork())}`);
    } finally {
      decideExit(exit.bug);
      // Where a pack threw, its name still stands, and a pack may not exit.
      asMendgate(() => process.exit());
    }
  });
}
