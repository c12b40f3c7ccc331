import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { simpleCommands } from '../../src/lint/shell-words.ts';
import { commandsOf } from '../../src/lint/unwrap.ts';

const argvs = (script: string): readonly (readonly string[])[] => commandsOf(script).map(({ argv }) => [...argv]);

describe('commands of a script', () => {
  it.each([
    ['a b; c && d || e | f & g', [['a', 'b'], ['c'], ['d'], ['e'], ['f'], ['g']]],
    [`a 'b  c' "d e" f\\ g`, [['a', 'b  c', 'd e', 'f g']]],
    ['a $(b c) "$(d)" `e`', [['a', '$', '$', '$'], ['b', 'c'], ['d'], ['e']]],
    ['a # b\nc', [['a'], ['c']]],
    ['cat <<EOF\na b\nEOF\nc', [['cat'], ['c']]],
    ['if a; then b; else c; fi', [['a'], ['b'], ['c'], []]],
    ['X=1 sudo -u x /usr/bin/env Y=2 timeout -k 1 5 a b', [['a', 'b']]],
    ["sh -c 'a; b'", [['sh', '-c', 'a; b'], ['a'], ['b']]],
    ['a 2>/dev/null >>b', [['a']]],
    ['(a; b)', [['a'], ['b']]],
    ['for i in 1 2; do a "$i"; done', [['for', 'i', 'in', '1', '2'], ['a', '$i'], []]],
    ['a \\\n  b', [['a', 'b']]],
  ])('%s', (script, expected) => {
    expect(argvs(script)).toEqual(expected);
  });

  it('tells where a command stands, what it writes to, and whether it reads a pipe', () => {
    const [first, second] = simpleCommands('aa | bbb c >d');
    expect(first).toMatchObject({ piped: false, words: [{ start: 0, end: 2 }] });
    expect(second?.upstream).toEqual([first]);
    expect(second).toMatchObject({
      piped: true,
      words: [{ start: 5, end: 8 }, { text: 'c' }],
      writes: [{ text: 'd' }],
    });
  });

  it('ends with any text, and stays inside of it', () => {
    const text = fc
      .array(
        fc.constantFrom(
          ...'ab \n;&|()$`"\'\\<>#{}'.split(''),
          '$(',
          '<<E',
          'E\n',
          '$((',
          '<(',
          ' sh ',
          ' -c ',
          'eval ',
        ),
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (script) => {
        for (const { start, end } of commandsOf(script)) {
          expect(start).toBeLessThanOrEqual(end);
          expect(end).toBeLessThanOrEqual(script.length);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
