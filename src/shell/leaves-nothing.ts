import type { Command, ScriptCommand } from '../model/command.ts';
import { lockScripts } from './host-lock.ts';

/** Programs of every system that start no other and leave nothing behind when they end. */
const lonePrograms: ReadonlySet<string> = new Set([
  ...['basename', 'cat', 'cksum', 'cmp', 'cut', 'date', 'df', 'dirname', 'du', 'echo', 'expr', 'false', 'grep', 'head'],
  ...[
    'id',
    'ls',
    'md5sum',
    'nproc',
    'od',
    'pgrep',
    'printf',
    'ps',
    'readlink',
    'realpath',
    'sha256sum',
    'stat',
    'tail',
  ],
  ...['test', 'tr', 'true', 'uname', 'wc', 'getenforce', 'getsebool', 'matchpathcon', 'sestatus', 'ss'],
]);

/** Asks only for an answer, and starts no program for it. */
export const doNothing: ScriptCommand = { script: ':' };

/**
 * Whether nobody can write any more on a command's streams once it has ended. A program by its name only: a path may lead to
 * anything, and the lane's PATH begins with the system's own folders. A script only if it is one of ours.
 */
export function leavesNothing(command: Command): boolean {
  if (command.env !== undefined) return false;
  return 'argv' in command
    ? lonePrograms.has(command.argv[0])
    : command.script === doNothing.script || lockScripts.has(command.script);
}
