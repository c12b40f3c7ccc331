import { describe, expect, it } from 'vitest';
import { hostVerifier } from '../../src/transports/ssh/host-verifier.ts';
import { fastClock } from './fast-clock.ts';

type Trusts = (key: Buffer) => boolean | Promise<boolean>;

const key = Buffer.from('key');
const clock = fastClock(1000);

function ask(trusts: Trusts): Promise<{ returned: unknown; answers: boolean[] }> {
  return new Promise((resolve) => {
    const answers: boolean[] = [];
    let returned: unknown = 'nothing yet';
    const verify = hostVerifier(trusts, clock);
    returned = verify(key, (trusted) => {
      answers.push(trusted);
      // Long enough for a second answer, or the verifier's own timer, to come.
      setTimeout(() => resolve({ returned, answers }), 20);
    });
  });
}

describe('the host verifier', () => {
  const cases: readonly (readonly [string, Trusts, boolean])[] = [
    ['trust', () => true, true],
    ['distrust', () => false, false],
    ['a later trust', async () => true, true],
    ['a later distrust', async () => false, false],
    [
      'an exception',
      () => {
        throw new Error('no');
      },
      false,
    ],
    [
      'a rejection',
      async () => {
        throw new Error('no');
      },
      false,
    ],
    ['silence', () => new Promise<boolean>(() => undefined), false],
    ['something that is only true-like', () => 'yes' as unknown as boolean, false],
  ];
  it.each(cases)('turns %s into one answer and returns nothing', async (_name, trusts: Trusts, expected: boolean) => {
    expect(await ask(trusts)).toEqual({ returned: undefined, answers: [expected] });
  });

  it('is no async function: ssh2 would take its promise for a yes', () => {
    expect(hostVerifier(() => false, clock).constructor.name).toBe('Function');
  });
});
