import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkCel, namesUsed } from '../../src/expr/check.ts';
import { decide } from '../../src/expr/cond.ts';
import { evaluate } from '../../src/expr/evaluate.ts';
import { interpolate, interpolateText } from '../../src/expr/interpolate.ts';
import { parseText, soleCel } from '../../src/expr/text.ts';
import { Secret } from '../../src/model/secret.ts';
import { Unknown } from '../../src/model/unknown.ts';
import type { Value } from '../../src/model/value.ts';
import { exampleExpressions } from './example-expressions.ts';
import { flagship } from './flagship-types.ts';

const tokens = [
  ...[
    'errors',
    'params',
    'worker',
    'selinux',
    'body',
    'secret_key',
    'x',
    'e',
    '.errno',
    '.note',
    '.token',
    '.mode',
    '.',
  ],
  ...[
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    ',',
    ':',
    '?',
    '!',
    '-',
    '+',
    '*',
    '/',
    '%',
    '==',
    '!=',
    '<',
    '>=',
    '&&',
    '||',
    ' in ',
  ],
  ...[
    '1',
    '2.5',
    '"a"',
    "'b'",
    'true',
    'false',
    'null',
    'r"\\d"',
    '1u',
    'b"x"',
    '0x1f',
    '1e3',
    '"\\',
    '$',
    '{{',
    '}}',
    '=',
    '|',
    '\n',
  ],
  ...[
    '.all(e, ',
    '.exists(x, ',
    '.map(x, ',
    '.filter(e, ',
    'has(',
    'known(',
    'size(',
    'int(',
    'matches(',
    '.join(',
    'sort(',
    'human(',
  ],
];
const celish = fc.array(fc.constantFrom(...tokens), { maxLength: 14 }).map((parts) => parts.join(''));
const mutated = fc
  .tuple(fc.constantFrom(...exampleExpressions), fc.nat(), fc.nat({ max: 4 }), fc.constantFrom('', ...tokens))
  .map(([source, at, cut, by]) => {
    const start = at % (source.length + 1);
    return source.slice(0, start) + by + source.slice(start + cut);
  });
const source = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), celish, mutated);

const leaf = fc.oneof(
  fc.constant<Value>(new Unknown('not read')),
  fc.constant<Value>(new Secret('hunter2')),
  fc.integer(),
  fc.double(),
  fc.string(),
  fc.boolean(),
  fc.constant(null),
);
const value = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('errno', 'note', 'mode', 'token', 'x', '__proto__'), tie('value'), { maxKeys: 3 }),
  ),
})).value;
const scope = fc
  .dictionary(fc.constantFrom('errors', 'params', 'worker', 'selinux', 'body', 'secret_key'), value)
  .map((o) => new Map(Object.entries(o)));

describe('no input makes it throw', () => {
  test('checking gives problems inside the source', () => {
    fc.assert(
      fc.property(
        source,
        fc.constantFrom('bool' as const, 'list' as const, 'any' as const),
        fc.boolean(),
        (text, type, secrets) => {
          const { problems } = checkCel(text, flagship, { type, secrets });
          for (const { start, end, message } of problems) {
            expect(0 <= start && start <= end && end <= text.length).toBe(true);
            expect(message).not.toMatch(/undefined|\[object|> +1 \|/);
          }
          namesUsed(text);
        },
      ),
      { numRuns: 4000 },
    );
  });

  test('evaluating gives one of three answers, and no secret', () => {
    fc.assert(
      fc.property(source, scope, (text, names) => {
        const result = evaluate(text, names);
        expect(['known', 'unknown', 'error']).toContain(result.kind);
        expect(JSON.stringify(result)).not.toContain('hunter2');
        decide([{ check: text, message: text }], names);
        interpolate({ a: `\${{${text}}}`, b: [text] }, names);
        expect(interpolateText(`\${{${text}}} ${text}`, names).replaceAll(text, '')).not.toContain('hunter2');
        parseText(text);
        soleCel(text);
      }),
      { numRuns: 4000 },
    );
  });

  test('what is checked without a problem evaluates without a type error', () => {
    const typed = new Map<string, Value>([
      ['params', { urls: ['u'], prefer: 'boolean', limit: 3 }],
      [
        'errors',
        [
          { errno: 13, upstream: 'a' },
          { errno: 111, upstream: 'b', client: 'c' },
        ],
      ],
      ['requests', [{ status: 502, url: 'u', ms: 3 }]],
      ['selinux', { mode: 'enforcing' }],
      ['worker', { domain: 'httpd_t', user: 'nginx' }],
      ['units', { a: 'b' }],
      ['load', 3],
      ['secret_key', new Secret('hunter2')],
    ]);
    const types = new Map([...flagship].filter(([name]) => name !== 'body'));
    fc.assert(
      fc.property(fc.oneof(celish, mutated), (text) => {
        if (checkCel(text, types, { type: 'any' }).problems.length > 0) return;
        const result = evaluate(text, typed);
        if (result.kind === 'error')
          expect(result.message).toMatch(
            /elements|no `|zero|64 bits|too large|empty list|is no |not like|join needs|nor false|finite|order|regular expression|there is no/,
          );
      }),
      { numRuns: 4000 },
    );
  });
});
