import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldNames } from '../../src/model/fold-names.ts';
import { unfoldNames } from '../../src/model/unfold-names.ts';

describe('foldNames', () => {
  it.each([
    [['web01', 'web02', 'web03'], 'web[01-03]'],
    [['web01', 'web02', 'web03', 'web07', 'web09', 'web10'], 'web[01-03,07,09-10]'],
    [['web2', 'web10', 'web1', 'web9'], 'web[1-2,9-10]'],
    [['web98', 'web99', 'web100'], 'web[98-100]'],
    [['web1', 'web01', 'web2'], 'web[1-2], web01'],
    [['db1', 'web01', 'web02'], 'db1, web[01-02]'],
    [['web01.dc2.example.com', 'web02.dc2.example.com'], 'web[01-02].dc2.example.com'],
    [['10.0.0.1', '10.0.0.2', '10.0.0.3'], '10.0.0.[1-3]'],
    [['r1-web01', 'r1-web02', 'r2-web01', 'r2-web02'], 'r1-web[01-02], r2-web[01-02]'],
    [['lb'], 'lb'],
    [['lb', 'lb'], 'lb'],
    [[], ''],
  ])('%j → %s', (names, folded) => {
    expect(foldNames(names)).toBe(folded);
  });

  it('loses and invents no name', () => {
    const name = fc
      .tuple(fc.constantFrom('web', 'db-', 'r1-web', ''), fc.nat(120), fc.nat(4), fc.constantFrom('', '.dc1', '-2'))
      .map(([prefix, n, digits, suffix]) => prefix + String(n).padStart(digits, '0') + suffix);
    fc.assert(
      fc.property(fc.array(name, { maxLength: 60 }), (names) => {
        expect(unfold(foldNames(names)).sort()).toEqual([...new Set(names)].sort());
      }),
    );
  });
});

function unfold(text: string): string[] {
  return text === '' ? [] : text.split(', ').flatMap((part) => unfoldNames(part, 1000) ?? [part]);
}
