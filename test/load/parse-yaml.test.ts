import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { parseYaml } from '../../src/load/parse-yaml.ts';

const parse = (text: string) => parseYaml({ file: 'a.yaml', text });

/** `CODE LINE:COL` of each diagnostic. */
const told = (text: string): readonly string[] =>
  parse(text).diagnostics.map(({ code, at }) => `${code} ${at.line}:${at.col}`);

describe('parseYaml refuses, with its place,', () => {
  it.each([
    ['an alias bomb', `a: &a [x, x]\nb: &b [*a, *a]\n`, ['yaml/alias 1:4', 'yaml/alias 2:4']],
    ['deep nesting', `a: ${'['.repeat(5000)}`, ['yaml/too-deep 1:68']],
    ['a large file', `a: "${'x'.repeat(1_048_576)}"`, ['yaml/too-large 1:1']],
    ['a duplicate key', 'a: 1\nb: 2\na: 3\n', ['yaml/duplicate-key 3:1']],
    ['a duplicate key inside braces', 'a: {b: 1, "b": 2}\n', ['yaml/duplicate-key 1:11']],
    [
      'reserved keys',
      'a: {__proto__: 1}\nconstructor: 2\nprototype: 3\n',
      ['yaml/reserved-key 1:5', 'yaml/reserved-key 2:1', 'yaml/reserved-key 3:1'],
    ],
    ['an unknown tag', 'a: !vault |\n  x\n', ['yaml/unknown-tag 1:4']],
    ['a function tag', 'a: !!js/function "x"\n', ['yaml/unknown-tag 1:4']],
    ['a directive', '%YAML 1.1\n---\na: on\n', ['yaml/directive 1:1']],
    ['a merge key', 'a:\n  <<: {b: 1}\n', ['yaml/merge-key 2:3']],
    ['a complex key', 'a:\n  [b]: 1\n', ['yaml/complex-key 2:3']],
    ['an empty key', 'a:\n  : 1\n', ['yaml/complex-key 2:3']],
    ['a second document', 'a: 1\n---\nb: 2\n', ['yaml/several-documents 2:1']],
    ['nothing', '# only a comment\n', ['yaml/empty 1:1']],
    ['a NUL', 'a: x\u0000y\n', ['yaml/control-character 1:5']],
    ['an escape sequence from an escape', 'a: "x\\e[1m"\n', ['yaml/control-character 1:4']],
    ['half of a surrogate pair', 'a: "\\ud800"\n', ['yaml/control-character 1:4']],
    ['text that runs backwards', 'a: x\u202ey\n', ['yaml/control-character 1:5']],
    ['an integer that would be rounded', 'a: 12345678901234567890\n', ['yaml/number 1:4']],
    ['infinity', 'a: .inf\n', ['yaml/number 1:4']],
    ['a tab as indentation', 'a:\n\tb: 1\n', ['yaml/tab 2:1']],
    ['an unclosed quote', 'a: "x\n', ['yaml/syntax 1:4']],
  ])('%s', (_name, text, expected) => {
    expect(told(text)).toEqual(expected);
    expect(parse(text).value).toBeUndefined();
  });

  it('says where the first of two equal keys stands', () => {
    expect(parse('a: 1\nb: 2\na: 3\n').diagnostics[0]?.message).toBe(
      'the key "a" stands here twice; the first is at 1:1',
    );
  });
});

describe('what YAML makes of an unquoted expression is shown quoted, ready to paste', () => {
  it.each([
    ['gate: !denied.x', 'trap/tag 1:7', 'gate: "!denied.x"'],
    ['gate: !known(x) && y', 'trap/tag 1:7', 'gate: "!known(x) && y"'],
    ['  - !a.b', 'trap/tag 1:5', '- "!a.b"'],
    ['x: { gate: !a.f(b, c), y: 1 }', 'trap/tag 1:12', 'x: { gate: "!a.f(b, c)", y: 1 }'],
    ['gate: *x', 'trap/alias 1:7', 'gate: "*x"'],
    ['when: "a" in b', 'trap/quoted-start 1:7', `when: '"a" in b'`],
    ['that: [1,2].exists(x, x > 1)', 'trap/quoted-start 1:7', 'that: "[1,2].exists(x, x > 1)"'],
    ['gate: @x', 'trap/quoted-start 1:7', 'gate: "@x"'],
    ['gate: > 5', 'trap/quoted-start 1:7', 'gate: "> 5"'],
    ['gate: a == "b: c"', 'trap/colon 1:7', `gate: 'a == "b: c"'`],
    ['x: ${{ m(b, "k: v") }}', 'trap/colon 1:4', `x: '\${{ m(b, "k: v") }}'`],
    ['x: { name: ${{ r.name }} }', 'trap/interpolation-in-braces 1:12', 'x: { name: "${{ r.name }}" }'],
    [
      'x: { a: 1, name: http://${{ r.name }}/ }',
      'trap/interpolation-in-braces 1:18',
      'x: { a: 1, name: "http://${{ r.name }}/" }',
    ],
    ['x: [${{ r.a }}, ${{ r.b }}]', 'trap/interpolation-in-braces 1:5', 'x: ["${{ r.a }}", "${{ r.b }}"]'],
  ])('%s', (text, expected, help) => {
    expect(told(text)).toEqual([expected]);
    expect(parse(text).diagnostics[0]?.help).toBe(`quote it:\n${help}`);
  });
});

describe('Located', () => {
  const text = 'a:\n  b: [1, "two"]\n  long: >-\n    one ${{ x }}\n    two ${{ y }}\n  q: "a\\n${{ z }}"\n';
  const located = parse(text).value;

  it('gives the range of a value and of its key', () => {
    expect(located?.rangeOf(['a', 'b', 1])).toMatchObject({ line: 2, col: 10, endLine: 2, endCol: 15 });
    expect(located?.rangeOf(['a', 'b'], 'key')).toMatchObject({ line: 2, col: 3, endCol: 4 });
  });

  it('falls back to the key of the nearest parent that exists', () => {
    expect(located?.rangeOf(['a', 'nothing', 'here'])).toMatchObject({ line: 1, col: 1, endCol: 2 });
  });

  it('finds a place inside a folded block and behind an escape', () => {
    const folded = 'one ${{ x }} two ${{ y }}';
    expect(located?.rangeInside(['a', 'long'], folded.indexOf('y'), folded.indexOf('y') + 1)).toMatchObject({
      line: 5,
      col: 13,
    });
    expect(located?.rangeInside(['a', 'q'], 6, 7)).toMatchObject({ line: 6, col: 14, endCol: 15 });
  });

  it('counts a byte order mark as no column, and CRLF as one line end', () => {
    const marked = parse('\ufeffa: 1\r\nb: x\r\n').value;
    expect(marked?.value).toEqual({ a: 1, b: 'x' });
    expect(marked?.rangeOf(['b'])).toMatchObject({ line: 2, col: 4, endCol: 5 });
  });

  it('keeps keys as they are written and gives objects without prototype', () => {
    const { value } = parse('80: a\n1.10: b\ntrue: c\n').value ?? {};
    expect(Object.keys(value as object)).toEqual(['80', '1.10', 'true']);
    expect((value as Record<string, unknown>)['toString']).toBeUndefined();
  });

  it('aligns nearly every scalar with its source, in every style', () => {
    const styles = ['PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED'] as const;
    let lost = 0;
    const scalar = fc.string({
      unit: fc.constantFrom('a', 'b', 'é', '𝄞', ' ', '\n', '"', "'", '\\', ':', '#', '{', '-', '\t'),
      maxLength: 60,
    });
    fc.assert(
      fc.property(scalar, fc.constantFrom(...styles), (value, style) => {
        const source = stringify({ k: { v: value } }, { defaultStringType: style, lineWidth: 20 });
        const document = parse(source).value;
        if (document === undefined) return;
        for (let at = 0; at < value.length; at += 1) {
          if (!/[a-zé#{]/.test(value[at] ?? '')) continue;
          const { line, col, endCol } = document.rangeInside(['k', 'v'], at, at + 1);
          const found = source.split('\n')[line - 1]?.slice(col - 1, endCol - 1);
          if (found !== value[at]) lost += 1;
        }
      }),
      { seed: 7, numRuns: 2000 },
    );
    expect(lost).toBe(0);
  });
});
