import type { Command } from '../model/command.ts';

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

/**
 * Whether nobody can write any more on a command's streams once it has ended. By name only: a path may lead to anything,
 * and the lane's PATH begins with the system's own folders.
 */
export function leavesNothing(command: Command): boolean {
  return 'argv' in command && command.env === undefined && lonePrograms.has(command.argv[0]);
}
