import { writeSync } from 'node:fs';
import type { Event } from '../index.ts';
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
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `mendgate: this is a bug in mendgate, please report it with the lines below.\n${text}\n`;
}

/** Nothing can be trusted any more after an error that nobody caught: says what is left open, and ends. */
export function endOnCrash(): void {
  process.on('uncaughtException', (error) => {
    // Synchronous: nothing else may run first, and what is written must be out before the end.
    try {
      writeSync(2, `${leftOpen()}${bugText(error)}`);
    } finally {
      process.exit(exit.bug);
    }
  });
}
