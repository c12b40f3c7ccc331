import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { yaml11Scalar } from '../../../src/load/inventory/ansible-value.ts';
import { pythonLiteral } from '../../../src/load/inventory/python-literal.ts';
import { expandRanges } from '../../../src/load/inventory/ranges.ts';
import { shellWords } from '../../../src/load/inventory/shell-words.ts';

describe('Python literals', () => {
  test.each([
    ['5', 5],
    ['-1.5', -1.5],
    ['1_000', 1000],
    ['0x1F', 31],
    ['0o17', 15],
    ['0b101', 5],
    ['1e3', 1000],
    ['.5', 0.5],
    ['00', 0],
    ['True', true],
    ['False', false],
    ['None', null],
    ["'a'", 'a'],
    ['"a" \'b\'', 'ab'],
    ["r'\\d'", '\\d'],
    ["'\\x41\\n'", 'A\n'],
    ['[1, "a", [True]]', [1, 'a', [true]]],
    ['(1,)', [1]],
    ['(1)', 1],
    ['{}', {}],
    ["{'a': {1: 2}}", { a: { 1: 2 } }],
    ['{1, 2}', [1, 2]],
    ['80, 443', [80, 443]],
    ['1,', [1]],
    ['5 # comment', 5],
    ['  7', 7],
  ])('%s is a value', (text, value) => {
    expect(pythonLiteral(text)).toEqual(value);
  });
  test.each([
    '',
    'true',
    'yes',
    'null',
    '010',
    '1.2.3',
    '--1',
    '10.0.0.1',
    "'open",
    '[1',
    '1]',
    '{1:}',
    'a,b',
    '1 2',
    '# x',
    'x # y',
    '12345678901234567890',
    '1e999',
    'None2',
    '__import__("os")',
  ])('%j stays text', (text) => {
    expect(pythonLiteral(text)).toBe(text);
  });
  test.each(['[', '{', '(', '{1:', '{{'])('%s without end takes no time', (open) => {
    const text = open.repeat(20_000);
    expect(pythonLiteral(text)).toBe(text);
  });
  test('any JSON-like value written as Python writes it is read back', () => {
    const python = (value: unknown): string => {
      if (value === null) return 'None';
      if (typeof value === 'boolean') return value ? 'True' : 'False';
      if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`;
      if (typeof value === 'object')
        return `{${Object.entries(value)
          .map(([key, part]) => `${python(key)}: ${python(part)}`)
          .join(', ')}}`;
      return typeof value === 'string' ? `'${value.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n')}'` : String(value);
    };
    const leaf = fc.oneof(fc.integer(), fc.boolean(), fc.constant(null), fc.string());
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(
          fc.string().filter((key) => key !== '__proto__'),
          tie('tree'),
          { maxKeys: 3, noNullPrototype: true },
        ),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        expect(pythonLiteral(python(value))).toEqual(value);
      }),
    );
  });
});

describe('words of a host line', () => {
  const words = (line: string): readonly string[] | number => {
    const split = shellWords(line);
    return 'words' in split ? split.words.map((word) => word.text) : split.unclosed;
  };
  test.each([
    ['a b=1\tc', ['a', 'b=1', 'c']],
    ['a b="c d" e=\'f "g"\'', ['a', 'b=c d', 'e=f "g"']],
    ['a b="x\\"y\\\\z\\n"', ['a', 'b=x"y\\z\\n']],
    ["a b='x\\y'", ['a', 'b=x\\y']],
    ['a b=c\\ d', ['a', 'b=c d']],
    ['a # b', ['a']],
    ['a p=x#y z', ['a', 'p=x']],
    ['a p="x#y" z', ['a', 'p=x#y', 'z']],
    ["a ''", ['a', '']],
    ['a "b', 2],
    ['ab\\', 2],
  ])('%j', (line, expected) => {
    expect(words(line)).toEqual(expected);
  });
  test('any values in double quotes come back, each at its place', () => {
    const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
    fc.assert(
      fc.property(fc.array(fc.string()), (values) => {
        const line = values.map(quoted).join(' ');
        const split = shellWords(line);
        expect('words' in split && split.words.map((word) => word.text)).toEqual(values);
        expect('words' in split && split.words.map((word) => line.slice(word.start, word.end))).toEqual(
          values.map(quoted),
        );
      }),
    );
  });
});

describe('ranges', () => {
  test.each([
    ['web', ['web']],
    ['w[1:3]', ['w1', 'w2', 'w3']],
    ['w[01:03].x', ['w01.x', 'w02.x', 'w03.x']],
    ['w[08:11]', ['w08', 'w09', 'w10', 'w11']],
    ['w[:2]', ['w0', 'w1', 'w2']],
    ['w[0:10:5]', ['w0', 'w5', 'w10']],
    ['[a:c]', ['a', 'b', 'c']],
    ['[y:B]', ['y', 'z', 'A', 'B']],
    ['r[1:2]n[a:b]', ['r1na', 'r1nb', 'r2na', 'r2nb']],
  ])('%s', (pattern, names) => {
    expect(expandRanges(pattern)).toEqual(names);
  });
  test.each([
    'w[',
    'w]',
    'w[1]',
    'w[1:]',
    'w[3:1]',
    'w[c:a]',
    'w[1:a]',
    'w[001:10]',
    'w[1:2:0]',
    'w[1:2:3:4]',
    'w[-1:3]',
    'w[[1:2]]',
    'w[1:99999]',
    '[1:999][1:999]',
  ])('%s is wrong', (pattern) => {
    expect(expandRanges(pattern)).toMatchObject({ message: expect.any(String) });
  });
  test('any pattern gives names without brackets, or a reason', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'w01a:[]-') }), (pattern) => {
        const names = expandRanges(pattern);
        if ('message' in names) return;
        for (const name of names) expect(name).not.toMatch(/[[\]]/);
      }),
    );
  });
});

test.each([
  ['yes', true],
  ['Off', false],
  ['y', 'y'],
  ['0644', 420],
  ['0o644', '0o644'],
  ['08', '08'],
  ['1:30', 90],
  ['01:30', '01:30'],
  ['1_0', 10],
  ['1e3', '1e3'],
  ['1.5e+3', 1500],
  ['0x_ff', 255],
  ['-5', -5],
  ['~', null],
  ['1.10', 1.1],
  ['2026-01-02', '2026-01-02'],
  ['.inf', '.inf'],
])('plain %s in YAML 1.1 is %j', (text, value) => {
  expect(yaml11Scalar(text)).toEqual(value);
});
