import { exit } from '../exit.ts';
import type { Io } from '../io.ts';

/** Says that a command of the design is not in this version; `apply RUNBOOK` gets the line that was meant. */
export function notYet(io: Io, name: string, what: string, args: readonly string[]): number {
  const [first] = args;
  const runbook = name === 'apply' && first !== undefined && /\.ya?ml$/.test(first);
  const help = runbook
    ? `To run a runbook, type: mendgate run ${args.join(' ')}`
    : 'See mendgate --help for what there is.';
  io.stderr.write(`mendgate ${name} needs ${what}, which this version does not have.\n${help}\n`);
  return exit.usage;
}
