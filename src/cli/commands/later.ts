import { exit } from '../exit.ts';
import type { Io } from '../io.ts';

/** Says that a command of the design is not in this version. */
export function notYet(io: Io, name: string, what: string): number {
  io.stderr.write(`mendgate ${name} needs ${what}, which this version does not have.\n`);
  io.stderr.write('See mendgate --help for what there is.\n');
  return exit.usage;
}
