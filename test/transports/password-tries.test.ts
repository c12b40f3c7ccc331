import { describe, expect, it } from 'vitest';
import { HostFailure } from '../../src/model/host-failure.ts';
import { Secret } from '../../src/model/secret.ts';
import type { Channel } from '../../src/transports/channel.ts';
import { systemClock } from '../../src/transports/clock.ts';
import { makeConnection } from '../../src/transports/connection.ts';
import { HostPasswords, type PasswordTurn } from '../../src/transports/password-tries.ts';

const users = ['root', 'nobody', 'daemon'];
const wrong = new HostFailure('become', 'sudo: wrong password');

/** Those of these users who have their turn, in order. */
function ask(passwords: HostPasswords, method: 'sudo' | 'su' = 'sudo') {
  const turns = new Map<string, PasswordTurn | unknown>();
  for (const user of users) {
    passwords
      .of(method, user)
      .turn(user)
      .then(
        (turn) => turns.set(user, turn),
        (error: unknown) => turns.set(user, error),
      );
  }
  const turnOf = (user: string) => turns.get(user) as PasswordTurn;
  const has = async () => {
    await new Promise(setImmediate);
    return [...turns.keys()];
  };
  return { turnOf, has, turns };
}

describe('whose turn it is to be asked for a password', () => {
  it.each([
    ['is taken: all others go at once', (turn: PasswordTurn) => turn.passed(true), users],
    [
      'was not asked for: the next goes, as another user may be',
      (turn: PasswordTurn) => turn.passed(false),
      ['root', 'nobody'],
    ],
    ['had no answer: the next goes', (turn: PasswordTurn) => turn.over(), ['root', 'nobody']],
  ])('the first goes alone; the password %s', async (_how, end, next) => {
    const { turnOf, has } = ask(new HostPasswords());
    expect(await has()).toEqual(['root']);
    end(turnOf('root'));
    turnOf('root').refused(wrong);
    expect(await has()).toEqual(next);
  });

  it('is nobody’s once it was refused, but of those who need none', async () => {
    const passwords = new HostPasswords();
    const { turnOf, has, turns } = ask(passwords);
    await has();
    turnOf('root').passed(false);
    await has();
    turnOf('nobody').refused(wrong);
    await has();
    expect(turns.get('daemon')).toBe(wrong);
    expect(users.map((user) => passwords.of('sudo', user).refusalFor(user))).toEqual([undefined, wrong, wrong]);
    expect(passwords.of('su', 'nobody').refusalFor('nobody')).toBeUndefined();
  });

  it('is everybody’s at once where each has a password of their own', async () => {
    expect(await ask(new HostPasswords(), 'su').has()).toEqual(users);
  });
});

describe('shells that are opened together', () => {
  /** Users for whom a shell was asked for; no host ever answers. */
  async function askedFor(becomePassword: string | undefined) {
    const asked: string[] = [];
    const connection = makeConnection({
      async open(exec) {
        asked.push(users.find((user) => exec.includes(`'${user}' `)) ?? 'self');
        return { write: () => undefined, destroy: () => undefined } satisfies Channel;
      },
      hostKey: undefined,
      becomePassword: becomePassword === undefined ? undefined : new Secret(becomePassword),
      clock: systemClock,
      close: () => undefined,
    });
    connection.foresee?.({ lanes: [false, ...users] });
    await new Promise(setImmediate);
    await connection.close();
    return asked;
  }

  it('wait for none where there is no password', async () => {
    expect(await askedFor(undefined)).toEqual(['self', ...users]);
  });

  it('wait for the first that may be asked for one', async () => {
    expect(await askedFor('s3cret')).toEqual(['self', 'root']);
  });
});
