import { HostFailure } from '../model/host-failure.ts';
import { safeLine } from '../model/safe-text.ts';

/** What sudo says under LC_ALL=C, and what it means. The first that fits. */
const sayings: readonly (readonly [RegExp, string, string | undefined])[] = [
  [/mendgate: no sudo/, 'sudo is not installed on the host', 'connect as the wanted user instead'],
  [
    /you must have a tty|a terminal is required to read the password/,
    'sudo: requires a terminal (requiretty)',
    'add "Defaults:USER !requiretty" to sudoers',
  ],
  [/a password is required/, 'sudo: a password is required', 'give the become password'],
  [
    /is not in the sudoers file|is not allowed to (?:execute|run)/,
    'sudo: the user is not in sudoers for this',
    'let the user run /bin/sh through sudo',
  ],
  [
    /Sorry, try again|incorrect password|no password was provided/,
    'sudo: wrong password',
    'it was tried once and is not tried again',
  ],
  [/unknown user/, 'sudo: there is no such user on the host', undefined],
];

/** Why sudo refused, from what it wrote on stderr; `undefined` when it did not speak of it. */
export function becomeFailure(stderr: string): HostFailure | undefined {
  for (const [pattern, message, help] of sayings) {
    if (pattern.test(stderr)) return new HostFailure('become', message, help);
  }
  const [, line] = /^sudo: (.{1,200})$/m.exec(stderr) ?? [];
  return line === undefined ? undefined : new HostFailure('become', `sudo: ${safeLine(line)}`);
}
