import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hang, truncate, width, wrap } from '../../src/reporters/text.ts';

describe('text on a terminal', () => {
  it.each([
    ['abc', 3],
    ['北京', 4],
    ['é', 1],
    ['e\u0301', 1],
    ['👩‍👩‍👧', 2],
    ['→', 1],
    ['…', 1],
    ['ｆ', 2],
    ['', 0],
  ])('%s takes %i columns', (text, columns) => {
    expect(width(text)).toBe(columns);
  });

  it.each([
    ['hello world', 8, 'hello w…'],
    ['hello', 5, 'hello'],
    ['北京北京', 5, '北京…'],
    ['北京北京', 4, '北…'],
    ['hello', 1, '…'],
    ['hello', 0, ''],
  ])('cuts %s to %i columns', (text, columns, cut) => {
    expect(truncate(text, columns)).toBe(cut);
  });

  it('never takes more columns than there are, and wrapping loses nothing but spaces at the breaks', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', ' ', '北', ',', 'e\u0301') }),
        fc.integer({ min: 4, max: 30 }),
        (text, n) => {
          expect(width(truncate(text, n))).toBeLessThanOrEqual(n);
          const lines = wrap(text, n);
          for (const line of lines) expect(width(line)).toBeLessThanOrEqual(n);
          expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
        },
      ),
    );
  });

  it('breaks a long list of names after a comma', () => {
    expect(wrap('web[01-03,05-07,09-11]', 16)).toEqual(['web[01-03,05-07,', '09-11]']);
  });

  it('puts further lines under the first', () => {
    expect(hang('failed  ', 'one two three four five', 24)).toEqual(['failed  one two three', '        four five']);
  });
});
