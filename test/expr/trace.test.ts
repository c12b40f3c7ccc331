import { describe, expect, it } from 'vitest';
import { traceExpression } from '../../src/expr/trace.ts';
import { Secret } from '../../src/model/secret.ts';
import { Unknown } from '../../src/model/unknown.ts';
import type { Value } from '../../src/model/value.ts';

const scope = new Map<string, Value>([
  ['request', { status: 502, answered: true }],
  ['remedies', []],
  ['errors', [{ errno: 13 }, { errno: 111 }, { errno: 13 }]],
  ['params', { url: 'http://a/', token: new Secret('s3cret') }],
  ['lost', new Unknown('sudo: a password is required')],
]);

function lines(expression: string): readonly string[] {
  const { value, parts } = traceExpression(expression, scope);
  return [value, ...parts.map((part) => `${'  '.repeat(part.depth)}${part.text} = ${part.value}`)];
}

describe('the parts of an expression', () => {
  it('shows why a gate is closed: the list is empty', () => {
    expect(lines('remedies.exists(r, r.ok)')).toEqual(['false', '  remedies = []']);
  });
  it('shows both sides of `&&`, and what is inside of them', () => {
    expect(lines('request.status == 502 && size(remedies) > 0')).toEqual([
      'false',
      '  request.status == 502 = true',
      '    request.status = 502',
      '  size(remedies) > 0 = false',
      '    size(remedies) = 0',
      '      remedies = []',
    ]);
  });
  it('shows the elements that decide', () => {
    expect(lines('errors.all(e, e.errno == 13)')).toEqual([
      'false',
      '  errors = [{"errno":13},{"errno":111},{"errno":13}]',
      '  e.errno == 13 (e = errors[1]) = false',
      '    e.errno = 111',
    ]);
    expect(lines('errors.exists(e, e.errno == 111)')[2]).toBe('  e.errno == 111 (e = errors[1]) = true');
  });
  it('says why something is unknown, and hides secrets', () => {
    expect(lines('lost.mode == "x" || request.answered')).toContain(
      '    lost.mode = unknown (sudo: a password is required)',
    );
    expect(JSON.stringify(lines('{"a": params.token}'))).not.toContain('s3cret');
  });
  it('bounds what a host can make of it', () => {
    const long = new Map<string, Value>([['x', Array.from({ length: 5000 }, (_, index) => `${index}`.repeat(50))]]);
    const trace = traceExpression('x.all(e, e.all(f, f != "") && e != e + e)', long);
    expect(JSON.stringify(trace).length).toBeLessThan(30_000);
  });
});
