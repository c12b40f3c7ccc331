import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const nobody = 65_534;
const isRoot = process.getuid?.() === 0;

/** Homes of a user who is not root: root's folders on this machine are everybody's. */
export interface OtherHomes {
  /** A new, empty home. */
  make(): string;
  /** Gives a file or folder to whom the homes belong. */
  give(path: string): void;
  remove(): void;
}

export function otherHomes(prefix: string): OtherHomes {
  const base = mkdtempSync(join(tmpdir(), prefix));
  chmodSync(base, 0o755);
  const give = (path: string): void => {
    if (isRoot) spawnSync('chown', ['-R', `${nobody}:${nobody}`, path]);
  };
  return {
    make() {
      const home = mkdtempSync(join(base, 'home-'));
      give(home);
      return home;
    },
    give,
    remove: () => rmSync(base, { recursive: true, force: true }),
  };
}

/** Starts a shell in such a home, in a session of its own; it reads this script from its stdin. */
export function startInHome(
  home: string,
  shell: { readonly program: string; readonly args: readonly string[] },
  script: string,
): ChildProcessWithoutNullStreams {
  const line = ['setsid', '-w', shell.program, ...shell.args];
  const [program = '', ...args] = isRoot
    ? ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', ...line]
    : line;
  const child = spawn(program, args, { env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', HOME: home } });
  child.stdin.end(script);
  return child;
}
