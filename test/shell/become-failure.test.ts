import { describe, expect, it } from 'vitest';
import { becomeFailure } from '../../src/shell/become-failure.ts';

describe('what sudo says', () => {
  it.each([
    ['sudo: a password is required\n', 'sudo: a password is required'],
    [
      'sudo: a terminal is required to read the password; either use the -S option',
      'sudo: requires a terminal (requiretty)',
    ],
    ['sudo: sorry, you must have a tty to run sudo\n', 'sudo: requires a terminal (requiretty)'],
    ['Sorry, try again.\nsudo: no password was provided\nsudo: 1 incorrect password attempt\n', 'sudo: wrong password'],
    ['joe is not in the sudoers file.  This incident will be reported.\n', 'sudo: the user is not in sudoers for this'],
    [
      "Sorry, user joe is not allowed to execute '/bin/sh' as root on h.\n",
      'sudo: the user is not in sudoers for this',
    ],
    ['sudo: unknown user: nosuch\n', 'sudo: there is no such user on the host'],
    ['mendgate: no sudo\n', 'sudo is not installed on the host'],
    ['noise\nsudo: unable to open audit socket\n', 'sudo: unable to open audit socket'],
  ])('%j means %s', (said, message) => {
    expect(becomeFailure(said)).toMatchObject({ name: 'HostFailure', phase: 'become', message });
  });
  it('may be about something else', () => expect(becomeFailure('bash: warning\n')).toBeUndefined());
});
