import type { Command } from '../../model/command.ts';
import { isObject } from '../../model/json.ts';
import type { Inspector } from '../../model/probe.ts';
import { unsendable } from '../../shell/render.ts';
import { inspectBy } from './inspector.ts';

/** Why a value of a pack is no command, or none that can be sent; `undefined`: it is one. */
export function commandProblem(value: unknown): string | undefined {
  if (!isCommand(value)) return "a command is { argv: ['id', '-u'] } or { script: 'id -u' }";
  return unsendable(value);
}

function isCommand(value: unknown): value is Command {
  if (!isObject(value)) return false;
  if (typeof value['script'] === 'string') return !('argv' in value);
  const { argv } = value;
  return Array.isArray(argv) && argv.length > 0 && argv.every((word) => typeof word === 'string');
}

/** A host as a pack's code gets it: what is no command is told there where the code sends it. */
export function checkingCommands(host: Inspector): Inspector {
  const run: Inspector['run'] = async (command) => {
    const problem = commandProblem(command);
    if (problem === undefined) return host.run(command);
    const error = new TypeError(`host.run: ${problem}`);
    // The author looks for a line of the pack.
    Error.captureStackTrace(error, run);
    throw error;
  };
  return inspectBy(host, run);
}
