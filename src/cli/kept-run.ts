import { findRun, type KeptRun, stateDirectory } from '../index.ts';
import { exit, UsageError } from './exit.ts';
import type { Io } from './io.ts';
import type { StateOptions } from './options.ts';

/** The kept run of that name; ends the command where there is none. `instead`: what else can be done then. */
export async function keptRun(io: Io, name: string, options: StateOptions, instead = ''): Promise<KeptRun> {
  const found = await findRun(stateDirectory(options.stateDir, io.env), name);
  if (found.kind === 'none') throw new UsageError(`${found.problem}${instead}`, exit.usage);
  return found.kept;
}

/** What to do about a journal that is not as it was written. */
export function damageText({ directory, damage }: KeptRun): string {
  if (damage === undefined) return '';
  return [
    `${directory}/journal.jsonl, line ${damage.line}: ${damage.what}.`,
    'It was changed after it was written, or the disk lost something. What stands before that line holds; nothing after it is',
    'trusted, and the run is neither resumed nor undone. Put the file back from a backup, or look at its hosts with a new dry run.',
  ].join('\n');
}
