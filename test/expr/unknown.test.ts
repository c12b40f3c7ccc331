import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../src/expr/evaluate.ts';
import { Unknown } from '../../src/model/unknown.ts';
import type { Value } from '../../src/model/value.ts';

const denied = new Unknown('sudo: a password is required');
const unmade = new Unknown('read after a change', 'boolean');
const scope = new Map<string, Value>([
  ['u', denied],
  ['v', unmade],
  ['o', { a: unmade, b: 1 }],
  ['some', [1, denied, 3]],
  ['first', [denied, 1]],
  [
    'hosts',
    [
      { n: 1, x: denied },
      { n: 2, x: true },
    ],
  ],
  ['ok', true],
]);

describe('what the known parts decide is known', () => {
  test.each<[string, Value]>([
    ['false && u', false],
    ['u && false', false],
    ['true || u', true],
    ['u || true', true],
    ['u == 1 || ok', true],
    ['ok ? 1 : u', 1],
    ['o.b', 1],
    ['size(some)', 3],
    ['size(first)', 2],
    ['first.size()', 2],
    ['size(hosts)', 2],
    ['some.exists(x, x == 3)', true],
    ['some.all(x, x == 1)', false],
    ['hosts.exists(h, h.x)', true],
    ['hosts.map(h, h.n)', [1, 2]],
    ['hosts.filter(h, h.n == 2)', [{ n: 2, x: true }]],
    ['hosts.exists_one(h, h.n == 1)', true],
    ['some.exists_one(x, x != 7)', false],
    ['some[0]', 1],
    ['[1, 2] == some', false],
    ['some == [2, 2, 3]', false],
    ['3 in some', true],
    ['o == {"a": 1, "b": 2}', false],
    ['has(o.b)', true],
    ['[].all(x, u)', true],
    ['known(u)', false],
    ['known(o)', false],
    ['known(o.b)', true],
    ['known(some)', false],
    ['known(u) || known(ok)', true],
    ['known(u) && u == 1', false],
    ['u == 1 && known(u)', false],
  ])('%s', (source, value) => {
    expect(evaluate(source, scope)).toEqual({ kind: 'known', value });
  });
});

describe('what hangs on an unknown is unknown, and says on which', () => {
  test.each<[string, readonly Unknown[]]>([
    ['u', [denied]],
    ['u.field.deeper', [denied]],
    ['u == 1', [denied]],
    ['u != u', [denied]],
    ['!u', [denied]],
    ['u && v', [denied, unmade]],
    ['true && u', [denied]],
    ['u || false', [denied]],
    ['u ? 1 : 1', [denied]],
    ['o', [unmade]],
    ['o.a', [unmade]],
    ['has(o.a)', [unmade]],
    ['has(u.x)', [denied]],
    ['some', [denied]],
    ['some[1]', [denied]],
    ['some == [1, 2, 3]', [denied]],
    ['[1, 2, 3] != some', [denied]],
    ['{"k": some} == {"k": [1, 2, 3]}', [denied]],
    ['2 in some', [denied]],
    ['u in [1]', [denied]],
    ['some.all(x, x > 0)', [denied]],
    ['some.exists(x, x > 5)', [denied]],
    ['hosts.all(h, h.x)', [denied]],
    ['hosts.filter(h, h.x)', [denied]],
    ['hosts.map(h, h.x)', [denied]],
    ['u.all(x, true)', [denied]],
    ['u.exists(x, true)', [denied]],
    ['size(u)', [denied]],
    ['[u, 1]', [denied]],
    ['[1, u].size()', [denied]],
    ['{"a": u}', [denied]],
    ['some.sort()', [denied]],
    ['sum(some)', [denied]],
    ['distinct(first)', [denied]],
    ['string(u) + "x"', [denied]],
    ['u + nope', [denied]],
    ['u == 1 && o.typo', [denied]],
    ['matches(u, "x")', [denied]],
  ])('%s', (source, unknowns) => {
    expect(evaluate(source, scope)).toEqual({ kind: 'unknown', unknowns });
  });

  test('an error that no unknown touched is an error', () => {
    expect(evaluate('o.typo || false', scope).kind).toBe('error');
    expect(evaluate('known(o.typo)', scope).kind).toBe('error');
  });
});

type Truth = boolean | undefined;
interface Sample {
  readonly source: string;
  readonly truth: (names: ReadonlyMap<string, Truth>) => Truth;
}

const names = ['p', 'q', 'r', 's'];
const not = (a: Truth): Truth => (a === undefined ? undefined : !a);
const and = (a: Truth, b: Truth): Truth =>
  a === false || b === false ? false : a === undefined || b === undefined ? undefined : true;
const or = (a: Truth, b: Truth): Truth => not(and(not(a), not(b)));
const same = (a: Truth, b: Truth): Truth => (a === undefined || b === undefined ? undefined : a === b);

const { expression } = fc.letrec<{ expression: Sample; leaf: Sample }>((tie) => ({
  leaf: fc.oneof(
    fc.constantFrom(...names).map((name): Sample => ({ source: name, truth: (env) => env.get(name) })),
    fc.boolean().map((value): Sample => ({ source: String(value), truth: () => value })),
  ),
  expression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('leaf'),
    tie('expression').map((a): Sample => ({ source: `!(${a.source})`, truth: (env) => not(a.truth(env)) })),
    pair(tie, '&&', and),
    pair(tie, '||', or),
    pair(tie, '==', same),
    pair(tie, '!=', (a, b) => not(same(a, b))),
    fc.tuple(tie('expression'), tie('expression'), tie('expression')).map(
      ([c, a, b]): Sample => ({
        source: `((${c.source}) ? (${a.source}) : (${b.source}))`,
        truth: (env) => {
          const decided = c.truth(env);
          return decided === undefined ? undefined : decided ? a.truth(env) : b.truth(env);
        },
      }),
    ),
    // `list` holds p, q and r.
    tie('expression').map((a): Sample => quantified('all', a, and, true)),
    tie('expression').map((a): Sample => quantified('exists', a, or, false)),
  ),
}));

function pair(tie: (name: 'expression') => fc.Arbitrary<Sample>, op: string, combine: (a: Truth, b: Truth) => Truth) {
  return fc.tuple(tie('expression'), tie('expression')).map(
    ([a, b]): Sample => ({
      source: `(${a.source} ${op} ${b.source})`,
      truth: (env) => combine(a.truth(env), b.truth(env)),
    }),
  );
}

/** The body sees the element under the name `s`. */
function quantified(macro: string, body: Sample, combine: (a: Truth, b: Truth) => Truth, start: boolean): Sample {
  return {
    source: `list.${macro}(s, ${body.source})`,
    truth: (env) =>
      ['p', 'q', 'r'].map((name) => body.truth(new Map([...env, ['s', env.get(name)]]))).reduce(combine, start),
  };
}

const placement = fc.tuple(...names.map(() => fc.constantFrom<Truth>(true, false, undefined)));

function scopeOf(truths: readonly Truth[]): Map<string, Value> {
  const values = truths.map((truth, at): Value => truth ?? new Unknown(`${names[at]} could not be read`));
  const made = new Map<string, Value>(names.map((name, at) => [name, values[at] ?? false]));
  return made.set('list', values.slice(0, 3));
}

test('every small condition comes out as three-valued logic says, wherever the unknowns are', () => {
  fc.assert(
    fc.property(expression, placement, (sample, truths) => {
      const expected = sample.truth(new Map(names.map((name, at) => [name, truths[at]])));
      const result = evaluate(sample.source, scopeOf(truths));
      if (expected === undefined) expect(result.kind).toBe('unknown');
      else expect(result).toEqual({ kind: 'known', value: expected });
      if (result.kind === 'unknown') expect(result.unknowns.length).toBeGreaterThan(0);
    }),
    { numRuns: 3000 },
  );
});

test('a known answer is the answer for every value that the unknowns could have', () => {
  fc.assert(
    fc.property(expression, placement, (sample, truths) => {
      const result = evaluate(sample.source, scopeOf(truths));
      if (result.kind !== 'known') return;
      for (let bits = 0; bits < 16; bits += 1) {
        const filled = truths.map((truth, at) => truth ?? (bits & (1 << at)) !== 0);
        expect(evaluate(sample.source, scopeOf(filled))).toEqual(result);
      }
    }),
    { numRuns: 1000 },
  );
});
