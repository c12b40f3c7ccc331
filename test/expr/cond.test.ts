import { describe, expect, test } from 'vitest';
import { decide } from '../../src/expr/cond.ts';
import { Secret } from '../../src/model/secret.ts';
import { Unknown } from '../../src/model/unknown.ts';
import type { Value } from '../../src/model/value.ts';

const denied = new Unknown('sudo: a password is required');
const scope = new Map<string, Value>([
  ['request', { status: 200 }],
  ['errors', []],
  ['u', denied],
  ['params', { urls: ['a'], token: new Secret('hunter2') }],
]);
const yes = { check: 'request.status == 200' };
const no = { check: 'request.status == 502' };
const unknown = { check: 'u.status == 502' };
const broken = { check: 'request.statsu == 502' };

describe('all parts must hold', () => {
  test.each([
    ['nothing asked', [], true],
    ['all true', [yes, yes], true],
    ['one false', [yes, no], false],
    ['false beside an unknown', [unknown, no], false],
    ['an unknown', [yes, unknown], 'unknown'],
    ['an error', [yes, broken], 'unknown'],
    ['an error beside a false part', [broken, no], false],
    ['no condition', [{ check: 'request.status' }], 'unknown'],
  ] as const)('%s', (_, cond, held) => {
    expect(decide(cond, scope).held).toBe(held);
  });

  test('every part reports why', () => {
    const message = 'no 502 but $' + '{{ request.status }}';
    expect(decide([yes, { ...no, message }, unknown], scope)).toEqual({
      held: false,
      reasons: [
        { check: yes.check, held: true, because: 'request.status is 200' },
        { check: no.check, held: false, because: 'no 502 but 200' },
        { check: unknown.check, held: 'unknown', because: 'sudo: a password is required' },
      ],
      unknowns: [denied],
    });
  });

  test('an error names the part', () => {
    expect(decide([broken], scope)).toMatchObject({
      error: expect.stringContaining('request.statsu == 502: there is no `statsu`'),
    });
    expect(decide([{ check: 'request.status' }], scope).error).toMatch(/must be true or false, not an integer/);
    expect(decide([yes, no], scope)).not.toHaveProperty('error');
  });

  test.each([
    ['size(errors) > 0 && errors.all(e, e.errno == 13)', 'size(errors) is 0; errors is []'],
    ['has(params.token)', 'params.token is ***'],
    ['true', undefined],
    ['"b" in params.urls', 'params.urls is ["a"]'],
  ])('what %s rested on is shown', (check, because) => {
    expect(decide([{ check }], scope).reasons[0]?.because).toBe(because);
  });
});
