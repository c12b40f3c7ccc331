import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { formatLabel, parseLabel } from '../../src/shell/label.ts';

describe('a label', () => {
  it('is one line of printable ASCII and comes back as it went', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.dictionary(fc.string(), fc.jsonValue()), (name, params) => {
        const label = {
          kind: 'probe',
          name: name,
          params: JSON.parse(JSON.stringify(params)) as JsonObject,
        } as const;
        const line = formatLabel(label);
        expect(line).toMatch(/^# mendgate [ -~]*$/);
        expect(parseLabel(line)).toEqual(label);
      }),
    );
  });

  it.each([
    '',
    '# mendgate',
    '# mendgate {',
    '# mendgate []',
    '# mendgate {"kind":"x","name":"n","params":{}}',
    'echo',
  ])('is not read from %j', (line) => expect(parseLabel(line)).toBeUndefined());

  it.each(['apply', 'undo'] as const)('of kind %s does not repeat a whole file', (kind) => {
    const change = { path: '/etc/motd', content: 'x'.repeat(1_000_000), before: ['y'.repeat(4096)] };
    const line = formatLabel({ kind, name: 'file.content', params: { change } });
    expect(parseLabel(line)?.params).toEqual({ change: { ...change, content: '(1000000 characters)' } });
  });

  it('of a probe is whole: recorded hosts answer by it', () => {
    const params = { text: 'x'.repeat(10_000) };
    expect(parseLabel(formatLabel({ kind: 'probe', name: 'say', params }))?.params).toEqual(params);
  });
});
