import { describe, expect, test } from 'vitest';
import { checkCel } from '../../src/expr/check.ts';
import { evaluate } from '../../src/expr/evaluate.ts';
import { Secret } from '../../src/model/secret.ts';
import type { Value } from '../../src/model/value.ts';
import { flagship } from './flagship-types.ts';

describe('a secret name is a problem wherever secrets may not go', () => {
  test.each<[string, boolean, number]>([
    ['secret_key', false, 1],
    ['"Bearer " + secret_key', false, 1],
    ['secret_key == "x"', false, 1],
    ['has(params.token) && params.token != ""', false, 1],
    ['has(params.token)', false, 0],
    ['known(secret_key)', false, 0],
    ['params', false, 1],
    ['secret_key', true, 0],
    ['"Bearer " + secret_key', true, 0],
    ['has(params.token) ? params.token : ""', true, 0],
    ['secret_key == "x"', true, 1],
    ['size(secret_key)', true, 1],
    ['secret_key.startsWith("x")', true, 1],
    ['("a" + secret_key).matches("x")', true, 1],
    ['[secret_key]', true, 1],
  ])('%s (allowed: %s)', (source, secrets, count) => {
    const { problems } = checkCel(source, flagship, { type: 'any', secrets });
    expect(problems.map((problem) => problem.code)).toEqual(Array(count).fill('cel/secret'));
  });

  test('the field is what is marked', () => {
    const source = 'has(params.token) && "a" + params.token == ""';
    expect(checkCel(source, flagship, { type: 'any' }).problems).toMatchObject([{ start: 34, end: 39 }]);
  });
});

describe('a secret at run time', () => {
  const scope = new Map<string, Value>([
    ['s', new Secret('hunter2')],
    ['o', { s: new Secret('hunter2'), n: 1 }],
  ]);

  test('leaves whole or joined with text, still a secret', () => {
    for (const [source, clear] of [
      ['s', 'hunter2'],
      ['"a" + s', 'ahunter2'],
      ['s + s', 'hunter2hunter2'],
      ['o.s + "!"', 'hunter2!'],
      ['true ? s : ""', 'hunter2'],
    ]) {
      const result = evaluate(source ?? '', scope);
      expect(result.kind).toBe('known');
      const value = result.kind === 'known' ? result.value : undefined;
      expect(value).toBeInstanceOf(Secret);
      expect(value instanceof Secret && value.reveal()).toBe(clear);
      expect(JSON.stringify(result)).not.toContain('hunter2');
    }
  });

  test.each([
    's == s',
    's == "hunter2"',
    'o == o',
    's in ["hunter2"]',
    'size(s)',
    's.startsWith("h")',
    'string(s)',
    's < "z"',
    '[s].join()',
    '[s].sort()',
    '{"k": s} == {"k": "hunter2"}',
    '!s',
    's ? 1 : 2',
    's + 1',
    '{s: 1}',
    'dyn(s)',
    '[s, s].distinct()',
    'matches(s, "h.*")',
    '["hunter2"].exists(x, x == s)',
  ])('%s is an error without the secret in it', (source) => {
    const result = evaluate(source, scope);
    expect(result.kind).toBe('error');
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });

  test('has() and known() see it', () => {
    expect(evaluate('has(o.s) && known(s)', scope)).toEqual({ kind: 'known', value: true });
  });
});
