import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { writeExpectations } from '../../../src/load/cases/write-expectations.ts';
import type { Json } from '../../../src/model/json.ts';

const text = fc.oneof(
  fc.constantFrom(
    'ok',
    'yes',
    '1',
    '',
    '- a',
    'a: b',
    'a #b',
    '{x',
    '/p/',
    'two\nlines',
    'two\n\nlines\n',
    "it's",
    '"',
    '→',
  ),
  fc.string({ maxLength: 6 }),
);
const { value: json } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text,
    fc.integer(),
    fc.boolean(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c', 'a b'), tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));
const style = fc.record({
  indent: fc.constantFrom(2, 3, 4),
  indentSeq: fc.boolean(),
  collectionStyle: fc.constantFrom('any', 'flow'),
  defaultStringType: fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE'),
  lineWidth: fc.constantFrom(0, 20),
} as const);

it('what is written is what is read again, whatever was there and however it was written', () => {
  fc.assert(
    fc.property(json, json, style, (old, value, how) => {
      const file = (dry: Json) => ({
        runbook: 'x',
        cases: [{ name: 'one', dry: { outputs: { it: dry, end: 1 } }, real: 2 }],
      });
      const written = writeExpectations(`# first\n${stringify(file(old), how)}# last\n`, [
        { at: 0, mode: 'dry', edits: [{ path: ['outputs', 'it'], value }] },
      ]);
      expect(parse(written, { version: '1.2', schema: 'core' })).toEqual(file(value));
      expect(written).toMatch(/^# first\n[\s\S]*# last\n$/);
    }),
    { numRuns: 2000 },
  );
});

it('nothing is touched where nothing differs', () => {
  fc.assert(
    fc.property(json, style, (value, how) => {
      const file = { cases: [{ dry: { outputs: { it: value } } }] };
      const before = stringify(file, how);
      // Some folded texts do not survive stringify() itself.
      fc.pre(isDeepStrictEqual(parse(before), file));
      const edits = [{ path: ['outputs', 'it'], value }];
      expect(writeExpectations(before, [{ at: 0, mode: 'dry', edits }])).toBe(before);
    }),
    { numRuns: 500 },
  );
});
