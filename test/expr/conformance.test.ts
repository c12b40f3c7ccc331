import { Environment } from '@marcbachmann/cel-js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluate } from '../../src/expr/evaluate.ts';
import type { Value } from '../../src/model/value.ts';

/** cel-js's own evaluator is the oracle for ours where there are neither unknowns nor mixed numbers. */
const reference = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false });

const scope = new Map<string, Value>([
  ['i', 7],
  ['j', -2],
  ['d', 1.5],
  ['s', 'web01'],
  ['t', 'b'],
  ['is', [3, 1, 2]],
  ['ss', ['a', 'web01', '']],
  ['o', { n: 1, s: 'x', l: [1, 2] }],
]);
const context = {
  i: 7n,
  j: -2n,
  d: 1.5,
  s: 'web01',
  t: 'b',
  is: [3n, 1n, 2n],
  ss: ['a', 'web01', ''],
  o: { n: 1n, s: 'x', l: [1n, 2n] },
};

type Kinds = { int: string; double: string; text: string; truth: string; ints: string; texts: string };
const { truth, int, text, ints, texts, double } = fc.letrec<Kinds>((tie) => ({
  int: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('i', 'j', 'o.n', '0', '3', 'is[0]', 'o["n"]'),
    fc.tuple(tie('int'), fc.constantFrom('+', '-', '*', '/', '%'), tie('int')).map(([a, op, b]) => `(${a} ${op} ${b})`),
    tie('int').map((a) => `-(${a})`),
    tie('texts').map((a) => `size(${a})`),
    tie('text').map((a) => `size(${a})`),
    fc.tuple(tie('truth'), tie('int'), tie('int')).map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
    fc.tuple(tie('text'), tie('text')).map(([a, b]) => `(${a}).indexOf(${b})`),
    fc.tuple(tie('ints'), tie('int')).map(([a, b]) => `(${a})[${b}]`),
  ),
  double: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('d', '0.5', '2.0'),
    fc
      .tuple(tie('double'), fc.constantFrom('+', '-', '*', '/'), tie('double'))
      .map(([a, op, b]) => `(${a} ${op} ${b})`),
    tie('int').map((a) => `double(${a})`),
  ),
  text: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('s', 't', '"é😀"', "'a\\n'", '""', 'o.s', 'r"\\d"'),
    fc.tuple(tie('text'), tie('text')).map(([a, b]) => `(${a} + ${b})`),
    tie('int').map((a) => `string(${a})`),
    tie('texts').map((a) => `(${a}).join("-")`),
    tie('text').map((a) => `(${a}).trim()`),
  ),
  truth: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('true', 'false', 'has(o.n)', 'has(o.zzz)', '(o.zzz == 1)', '"n" in o'),
    fc
      .tuple(tie('truth'), fc.constantFrom('&&', '||', '==', '!='), tie('truth'))
      .map(([a, op, b]) => `(${a} ${op} ${b})`),
    tie('truth').map((a) => `!(${a})`),
    ...(['int', 'double', 'text'] as const).map((kind) =>
      fc
        .tuple(tie(kind), fc.constantFrom('==', '!=', '<', '<=', '>', '>='), tie(kind))
        .map(([a, op, b]) => `(${a} ${op} ${b})`),
    ),
    fc
      .tuple(tie('int'), fc.constantFrom('<', '<=', '>', '>=', '=='), tie('double'))
      .map(([a, op, b]) => `(dyn(${a}) ${op} ${b})`),
    fc.tuple(tie('int'), tie('ints')).map(([a, b]) => `(${a} in ${b})`),
    fc.tuple(tie('ints'), tie('ints')).map(([a, b]) => `(${a} == ${b})`),
    fc
      .tuple(tie('ints'), fc.constantFrom('all', 'exists', 'exists_one'), tie('int'))
      .map(([list, macro, a]) => `(${list}).${macro}(x, x > ${a})`),
    fc
      .tuple(tie('text'), fc.constantFrom('contains', 'startsWith', 'endsWith'), tie('text'))
      .map(([a, f, b]) => `(${a}).${f}(${b})`),
  ),
  ints: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('is', 'o.l', '[1, 2]'),
    fc.tuple(tie('int'), tie('int')).map(([a, b]) => `[${a}, ${b}]`),
    fc.tuple(tie('ints'), tie('ints')).map(([a, b]) => `(${a} + ${b})`),
    fc.tuple(tie('ints'), tie('int')).map(([a, b]) => `(${a}).map(y, y * ${b})`),
    fc.tuple(tie('ints'), tie('int')).map(([a, b]) => `(${a}).filter(y, y != ${b})`),
  ),
  texts: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('ss', '["p"]'),
    fc.tuple(tie('ints')).map(([a]) => `(${a}).map(z, string(z))`),
    tie('text').map((a) => `(${a}).split("b")`),
  ),
}));

test('without unknowns, expressions come out as in CEL', () => {
  fc.assert(
    fc.property(fc.oneof(truth, int, double, text, ints, texts), (source) => {
      const ours = evaluate(source, scope);
      const theirs = referenceValue(source);
      // Sizes of doubles and 64-bit integers that JSON numbers cannot hold are errors in ours.
      if (theirs === 'too large') return;
      if (theirs === undefined) expect(ours.kind, source).toBe('error');
      else expect(ours, source).toEqual({ kind: 'known', value: theirs });
    }),
    { numRuns: 3000 },
  );
});

function referenceValue(source: string): unknown {
  let value: unknown;
  try {
    value = reference.evaluate(source, context);
  } catch {
    return undefined;
  }
  return plain(value);
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : 'too large';
  if (typeof value === 'number') return Number.isFinite(value) ? value : 'too large';
  if (!Array.isArray(value)) return value;
  const elements = value.map(plain);
  return elements.includes('too large') ? 'too large' : elements;
}
