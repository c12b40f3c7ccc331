import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/model/json.ts';
import { withoutItems } from '../../src/model/reading-id.ts';

describe('a reading’s name', () => {
  it.each([
    ['symptom.errors', 'symptom.errors'],
    ['use[1]/use/inner["a]"].probe[{"x":["[",{"y":"\\""}]}]', 'use/use/inner.probe'],
  ])('%s', (id, name) => {
    expect(withoutItems(id)).toBe(name);
  });

  it('is the same whatever stands in its items', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        expect(withoutItems(`step[${canonicalJson(one)}].probe[${canonicalJson(other)}]`)).toBe('step.probe');
      }),
    );
  });
});
