import { HostFailure } from '../model/host-failure.ts';
import { safeLine } from '../model/safe-text.ts';
import { bootstrapExit, readyLine } from './bootstrap.ts';

const otherUser = 'or name another user (-u, ansible_user)';

/** What stands between a login and /bin/sh, by the words that came of it; and what to do. The first that fits. */
const sayings: readonly (readonly [RegExp, string])[] = [
  [
    /account is (?:currently )?not available|nologin/i,
    `the user's login shell is nologin: give it one that can run /bin/sh, ${otherUser}`,
  ],
  [/restricted/, `the user's login shell is a restricted one: give it one that can run /bin/sh, ${otherUser}`],
  [
    /sftp connections only/i,
    `sshd lets this user have files only (ForceCommand internal-sftp): exempt it in sshd_config, ${otherUser}`,
  ],
];

const forced = `something else runs in the place of what is asked for: take this user out of ForceCommand in sshd_config, or this key's command= out of authorized_keys; ${otherUser}`;
const useless = `the user needs a login shell that can run /bin/sh (getent passwd tells which it has), ${otherUser}`;
const startUp = `its start-up files (.bashrc, .profile …) may end it, and a ForceCommand may stand in its place: ssh to it and run /bin/sh there; ${otherUser}`;

/** Why a login ended before our program ran in it. `code`: its exit code; absent: a signal ended it. */
export function shellFailure(code: number | undefined, stderr: string, stdout: string): HostFailure {
  if (code === bootstrapExit.noHeader || code === bootstrapExit.truncated) {
    return new HostFailure(
      'protocol',
      'what was sent did not arrive whole',
      'start-up files of the login shell may read stdin',
    );
  }
  const words = (stderr.trim() || stdout.replace(readyLine, '').trim()).replace(/\.$/, '');
  const said = safeLine(words.length > 300 ? `…${words.slice(-300)}` : words);
  const how = code === undefined ? 'was killed' : `ended with exit code ${code}`;
  const message = `the login shell ${how} before /bin/sh could run${said === '' ? '' : `: ${said}`}`;
  return new HostFailure('shell', message, helpFor(code, said));
}

function helpFor(code: number | undefined, said: string): string | undefined {
  const known = sayings.find(([pattern]) => pattern.test(said))?.[1];
  if (known !== undefined || code === undefined) return known;
  if (code === 0) return forced;
  return code === 1 && said === '' ? useless : startUp;
}
