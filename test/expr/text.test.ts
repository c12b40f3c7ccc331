import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseText, soleCel } from '../../src/expr/text.ts';

const open = '$' + '{{';

describe('splitting', () => {
  test.each<[string, readonly unknown[]]>([
    ['plain }} {{ text', [{ kind: 'text', text: 'plain }} {{ text' }]],
    ['', []],
    [
      `a ${open} x }} b`,
      [
        { kind: 'text', text: 'a ' },
        { kind: 'cel', source: 'x', start: 6, end: 7 },
        { kind: 'text', text: ' b' },
      ],
    ],
    [`${open}x}}`, [{ kind: 'cel', source: 'x', start: 3, end: 4 }]],
    [`${open} "}}" }}`, [{ kind: 'cel', source: '"}}"', start: 4, end: 8 }]],
    [`${open} '\\'}}' }}`, [{ kind: 'cel', source: "'\\'}}'", start: 4, end: 10 }]],
    [`${open} """ "}} """ }}`, [{ kind: 'cel', source: '""" "}} """', start: 4, end: 15 }]],
    [`${open} {"a": {"b": 1}} }}`, [{ kind: 'cel', source: '{"a": {"b": 1}}', start: 4, end: 19 }]],
    [`${open}{"a": {"b": 1}}}}`, [{ kind: 'cel', source: '{"a": {"b": 1}}', start: 3, end: 18 }]],
    [
      `${open}x}}${open}y}}`,
      [
        { kind: 'cel', source: 'x', start: 3, end: 4 },
        { kind: 'cel', source: 'y', start: 9, end: 10 },
      ],
    ],
    [`${open}}}`, [{ kind: 'cel', source: '', start: 3, end: 3 }]],
  ])('%s', (text, parts) => {
    expect(parseText(text)).toEqual({ parts, problems: [] });
  });

  test.each<[string, number, number]>([
    [`a ${open} x`, 2, 7],
    [`a ${open} x }\nmore`, 2, 9],
    [`${open} "x }}`, 0, 9],
    [`${open} {x }}`, 0, 9],
  ])('%s is never closed', (text, start, end) => {
    expect(parseText(text).problems).toMatchObject([{ code: 'cel/syntax', start, end }]);
  });

  test('every text comes back from its parts, and each source stands where it says', () => {
    const piece = fc.oneof(
      fc.constantFrom(open, '}}', '{', '}', '"', "'", '\\', ' ', 'x', '\n'),
      fc.string({ maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const text = pieces.join('');
        const { parts, problems } = parseText(text);
        for (const part of parts) {
          if (part.kind === 'cel') expect(text.slice(part.start, part.end)).toBe(part.source);
          else expect(text).toContain(part.text);
        }
        if (!text.includes(open))
          expect({ parts, problems }).toEqual({ parts: text === '' ? [] : [{ kind: 'text', text }], problems: [] });
      }),
    );
  });

  test('a long text takes linear time', () => {
    const before = process.cpuUsage();
    parseText(`${open} x }} `.repeat(100_000));
    parseText(`${open} "`.repeat(100_000));
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(1000);
  });
});

describe('a text that is wholly one interpolation', () => {
  test.each<[string, string | undefined]>([
    [`${open} a.b }}`, 'a.b'],
    [`  ${open} a }}\t`, 'a'],
    [`${open} a }}\n`, undefined],
    [`x ${open} a }}`, undefined],
    [`${open} a }}${open} b }}`, undefined],
    [`${open} a`, undefined],
    ['a', undefined],
    ['', undefined],
  ])('%j', (text, source) => {
    expect(soleCel(text)).toBe(source);
  });
});
