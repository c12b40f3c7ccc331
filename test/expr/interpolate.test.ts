import { describe, expect, test } from 'vitest';
import { interpolate, interpolateText } from '../../src/expr/interpolate.ts';
import type { Tree } from '../../src/model/runbook.ts';
import { Secret } from '../../src/model/secret.ts';
import { Unknown } from '../../src/model/unknown.ts';
import type { Value } from '../../src/model/value.ts';

const denied = new Unknown('sudo: a password is required');
const unmade = new Unknown('read after its change', 'boolean');
const scope = new Map<string, Value>([
  ['n', 8080],
  ['half', 0.5],
  ['yes', true],
  ['name', 'web'],
  ['list', ['a', 1]],
  ['key', new Secret('hunter2')],
  ['u', denied],
  ['v', unmade],
]);
const cel = (source: string) => `\${{ ${source} }}`;

describe('a tree', () => {
  test.each<[Tree, Value]>([
    [cel('n'), 8080],
    [` ${cel('list')} `, ['a', 1]],
    [`port ${cel('n')}`, 'port 8080'],
    [`${cel('half')}/${cel('yes')}/${cel('name')}`, '0.5/true/web'],
    [`l=${cel('list')}`, 'l=["a",1]'],
    [`l=${cel('{"k": list}')}`, 'l={"k":["a",1]}'],
    [
      { a: [cel('n'), { b: cel('name') }], c: 1, d: null, e: true },
      { a: [8080, { b: 'web' }], c: 1, d: null, e: true },
    ],
    [{ [cel('name')]: 1 }, { [cel('name')]: 1 }],
    [`${cel('name')}\n`, 'web\n'],
    ['{{ name }}', '{{ name }}'],
  ])('%j', (tree, value) => {
    expect(interpolate(tree, scope)).toEqual({ kind: 'known', value });
  });

  test('a secret inside longer text makes the whole a secret', () => {
    for (const [text, clear] of [
      [`Bearer ${cel('key')}`, 'Bearer hunter2'],
      [`x=${cel('dyn({"n": 1}).n')} ${cel('"a" + key')}`, 'x=1 ahunter2'],
    ] as const) {
      const result = interpolate({ content: text }, scope);
      const value = result.kind === 'known' ? (result.value as { content: Value }).content : undefined;
      expect(value instanceof Secret && value.reveal()).toBe(clear);
      expect(JSON.stringify(result)).not.toContain('hunter2');
    }
  });

  test('a list that holds a secret stays secret in text', () => {
    const names = new Map<string, Value>([['l', ['a', { k: new Secret('hunter2') }]]]);
    const result = interpolate(`l=${cel('l')}`, names);
    expect(result.kind === 'known' && result.value).toBeInstanceOf(Secret);
    expect(interpolateText(`l=${cel('l')}`, names)).toBe('l=["a",{"k":"***"}]');
  });

  test('an unknown anywhere makes the whole unknown, naming each once', () => {
    expect(interpolate({ a: [cel('u'), `x ${cel('v')}`], b: cel('u'), c: cel('nope') }, scope)).toEqual({
      kind: 'unknown',
      unknowns: [denied, unmade],
    });
  });

  test('an error is given as one', () => {
    expect(interpolate(['a', `b ${cel('nope')}`], scope)).toMatchObject({
      kind: 'error',
      message: expect.stringContaining('nope'),
    });
    expect(interpolate('a $' + '{{ b', scope)).toMatchObject({ kind: 'error' });
  });
});

describe('a title or message', () => {
  test.each([
    [`Fix ${cel('name')}: ${cel('n')}`, 'Fix web: 8080'],
    [`Fix ${cel('u')}`, 'Fix ‹unknown: sudo: a password is required›'],
    [`Fix ${cel('v.x')}`, 'Fix ‹unknown: read after its change (waits on boolean)›'],
    [`Fix ${cel('nope')}`, 'Fix ‹error›'],
    [`Fix ${cel('a +')}`, 'Fix ‹error›'],
    ['Fix $' + '{{ a', '‹error›'],
    [`Key ${cel('key')} ${cel('"a" + key')}`, 'Key *** ***'],
    [`L ${cel('list')}`, 'L ["a",1]'],
    ['plain', 'plain'],
  ])('%s', (text, printed) => {
    expect(interpolateText(text, scope)).toBe(printed);
  });
});
