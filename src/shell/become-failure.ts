import { HostFailure } from '../model/host-failure.ts';
import { safeLine } from '../model/safe-text.ts';

/** Where a become password comes from, besides the inventory. */
export const passwordOptions = '-K (--ask-become-pass) or --become-password-file';

const triedOnce = 'it was tried once and is not tried again';

/** sudo says so only once it has taken the password. */
const notAllowed = /is not in the sudoers file|is not allowed to (?:execute|run)/;

/** What sudo, doas and su say under LC_ALL=C, and what it means. The first that fits. */
const sayings: readonly (readonly [RegExp, string, string | undefined])[] = [
  [
    /mendgate: no sudo/,
    'sudo is not installed on the host',
    'connect as the wanted user instead, or become by doas or su (become_method)',
  ],
  [/mendgate: no doas/, 'doas is not installed on the host', 'become by sudo or su (become_method)'],
  [/mendgate: no su$/m, 'su is not installed on the host', 'become by sudo or doas (become_method)'],
  [
    /doas: Authenticat(?:ion|or) (?:required|failed)|doas: Authorization required|doas: a tty is required/i,
    'doas: a password is required',
    'doas asks on a terminal only: let doas.conf say "permit nopass USER"',
  ],
  [/doas: Operation not permitted/, 'doas: the user is not permitted this', 'let doas.conf say "permit nopass USER"'],
  [/doas: unknown user/, 'doas: there is no such user on the host', undefined],
  [
    /su: (?:Authentication failure|incorrect password)|su: Permission denied/,
    'su: wrong password',
    `su wants the other user's own password; ${triedOnce}: give that by ${passwordOptions}`,
  ],
  [/su: (?:user \S+ does not exist|unknown user)/, 'su: there is no such user on the host', undefined],
  [
    /you must have a tty|a terminal is required to read the password/,
    'sudo: requires a terminal (requiretty)',
    'add "Defaults:USER !requiretty" to sudoers',
  ],
  [/a password is required/, 'sudo: a password is required', `give the become password: ${passwordOptions}`],
  [notAllowed, 'sudo: the user is not in sudoers for this', 'let the user run /bin/sh through sudo'],
  [
    /Sorry, try again|incorrect password|no password was provided/,
    'sudo: wrong password',
    `${triedOnce}: it comes from the inventory (ansible_become_password), else from ${passwordOptions}`,
  ],
  [/unknown user/, 'sudo: there is no such user on the host', undefined],
];

/** Why becoming another user was refused, from what sudo, doas or su wrote on stderr; `undefined` when it did not speak of it. */
export function becomeFailure(stderr: string): HostFailure | undefined {
  for (const [pattern, message, help] of sayings) {
    if (pattern.test(stderr)) return new HostFailure('become', message, help);
  }
  const [, line] = /^((?:sudo|doas|su): .{1,200})$/m.exec(stderr) ?? [];
  return line === undefined ? undefined : new HostFailure('become', safeLine(line));
}

/** Whether what sudo wrote proves that the password was right, though it let nobody in. */
export function takesPassword(stderr: string): boolean {
  return notAllowed.test(stderr);
}
