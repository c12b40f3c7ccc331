import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quote } from '../../src/shell/quote.ts';
import { runShell, shells } from './shells.ts';

/** Any text but NUL. */
const text = fc
  .oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...'\'"\\$`!*?[]{}()<>|&;#~=%- \t\n\r\u0001\u007f'.split('')) }),
  )
  .map((value) => value.replaceAll('\0', ''));

describe.each(shells)('quote in $name', (shell) => {
  it('makes one word that is exactly the text', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 20 }), (words) => {
        // An x behind each keeps line ends at the end; \003 cannot be in the words' way, it is only looked for.
        const script = words.map((word) => `printf '%sx\\0' ${quote(word)}`).join('\n');
        const { stdout } = runShell(shell, script);
        expect(stdout.toString('utf8').split('x\0').slice(0, -1)).toEqual(words);
      }),
      { numRuns: 60 },
    );
  });
});

describe('quote', () => {
  it.each([
    ['', "''"],
    ['a b', "'a b'"],
    ["it's", "'it'\\''s'"],
  ])('turns %j into %s', (value, quoted) => expect(quote(value)).toBe(quoted));
});
