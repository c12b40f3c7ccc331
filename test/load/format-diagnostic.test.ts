import { describe, expect, it } from 'vitest';
import { formatDiagnostic } from '../../src/load/format-diagnostic.ts';
import { makeDiagnostic } from '../../src/load/source.ts';

const source = { file: 'a.yaml', text: 'one: 1\n  two: bad value\nthree: 3\n' };
const print = (text: typeof source, start: number, end: number, help?: string): string =>
  formatDiagnostic(makeDiagnostic(text, 'x/y', start, end, 'is wrong', help), { colour: false });

describe('formatDiagnostic', () => {
  it('shows place, code, message, excerpt with carets, and help', () => {
    expect(print(source, 14, 17, 'write this:\ntwo: good')).toBe(
      [
        'a.yaml:2:8: error[x/y]: is wrong',
        '  2 |   two: bad value',
        '    |        ^^^',
        '  help: write this:',
        '        two: good',
      ].join('\n'),
    );
  });

  it('marks the first line of a range over several lines to its end', () => {
    expect(print(source, 14, 30).split('\n').at(-1)).toBe('    |        ^^^^^^^^^');
  });

  it('shows no control characters of the file, in any part', () => {
    const hostile = { file: 'a\u001b[2J.yaml', text: 'k: \u001b]0;x\u0007\u202e\n' };
    const printed = print(hostile, 3, 8, 'say \u001b[1m');
    expect(printed).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(printed).toContain('\\x1b]0;x\\x07');
  });

  it('keeps the caret under its place behind a tab and in a very long line', () => {
    expect(print({ file: 'a', text: '\tk: v' }, 4, 5)).toContain('  1 |  k: v\n    |     ^');
    const long = { file: 'a', text: `${'x'.repeat(500)}HERE${'y'.repeat(500)}` };
    const [, excerpt = '', carets = ''] = print(long, 500, 504).split('\n');
    expect(excerpt.length).toBeLessThan(200);
    expect(excerpt.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).toBe('HERE');
  });

  it('colours only when asked to', () => {
    const diagnostic = makeDiagnostic(source, 'x/y', 0, 3, 'm');
    expect(formatDiagnostic(diagnostic, { colour: true })).toContain('\u001b[31m');
  });
});
