#!/usr/bin/env node
import { CommanderError } from 'commander';
import { bugText, decideExit, endOnCrash, leaveBehind, leftOpen } from './crash.ts';
import { exit, UsageError } from './exit.ts';
import { processIo } from './io.ts';
import { meant } from './meant.ts';
import { createProgram } from './program.ts';

endOnCrash();
// All is written by now. Node would first take its signal handlers down and then its heap: a second Ctrl-C in between would kill it,
// with another exit code.
process.once('beforeExit', () => process.exit());
const io = processIo();
let ended: number = exit.ok;
const program = createProgram(io, (exitCode) => {
  ended = exitCode;
});

try {
  const line = meant(process.argv.slice(2), program);
  if (line === undefined) await program.parseAsync();
  else throw new UsageError(line);
  decideExit(ended);
} catch (error) {
  decideExit(report(error));
}
leaveBehind();

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exit.ok : exit.usage;
  if (error instanceof UsageError) {
    io.stderr.write(`mendgate: ${error.message}\n`);
    return error.exitCode;
  }
  io.stderr.write(`${leftOpen()}${bugText(error)}`);
  return exit.bug;
}
