import { describe, expect, test } from 'vitest';
import { evaluate } from '../../src/expr/evaluate.ts';
import type { Value } from '../../src/model/value.ts';

const scope = new Map<string, Value>([
  ['n', 3],
  ['half', 0.5],
  ['big', 2 ** 60],
  ['name', 'web01'],
  [
    'errors',
    [
      { errno: 13, upstream: 'a' },
      { errno: 111, upstream: 'b' },
    ],
  ],
  ['body', { nodes: 3, status: 'green', items: [], nothing: null, deep: { x: [1, 2.5] } }],
  ['units', { 'a.service': 'up', __proto__x: 'y' }],
]);

describe('values', () => {
  test.each<[string, Value]>([
    ['n + 1', 4],
    ['n + 0.5', 3.5],
    ['0.5 + n', 3.5],
    ['n * half', 1.5],
    ['n / 2', 1],
    ['n / 2.0', 1.5],
    ['double(n) / 2', 1.5],
    ['[1.5 * 2.0][0] / 2', 1.5],
    ['[3].map(x, x * 1.0).map(y, y / 2)', [1.5]],
    ['n % 2', 1],
    ['-n', -3],
    ['n == 3.0', true],
    ['n < 3.5 && 2.5 < n && n <= 3.0', true],
    ['n in [1.0, 3.0]', true],
    ['n != 4', true],
    ['big > 1', true],
    ['"a" + name', 'aweb01'],
    ['name < "web02"', true],
    ['[1] + [2, 3]', [1, 2, 3]],
    ['[1, "a", true, null]', [1, 'a', true, null]],
    ['{"a": 1, "b": [2.0]}', { a: 1, b: [2] }],
    ['errors[1].errno', 111],
    ['errors.map(e, e.upstream)', ['a', 'b']],
    ['errors.map(e, e.errno > 13, e.upstream)', ['b']],
    ['errors.filter(e, e.errno == 13)', [{ errno: 13, upstream: 'a' }]],
    ['errors.exists_one(e, e.errno == 13)', true],
    ['errors.exists_one(e, e.errno > 1)', false],
    ['[].all(x, x)', true],
    ['[].exists(x, x)', false],
    ['units.exists(u, u == "a.service")', true],
    ['units["a.service"]', 'up'],
    ['"a.service" in units && !("b" in units)', true],
    ['"constructor" in units || "toString" in body', false],
    ['has(body.status) && !has(body.typo)', true],
    ['has(body.constructor)', false],
    ['body.nothing == null', true],
    ['body.deep == {"x": [1, 2.5]}', true],
    ['[1] == ["a"]', false],
    ['{"a": 1} == {"b": 1}', false],
    ['size(errors) == 2 && errors.size() == 2 && size("añ😀") == 3 && size(units) == 2', true],
    ['true ? 1 : body.typo', 1],
    ['false && body.typo', false],
    ['body.typo == 1 && false', false],
    ['true || body.typo', true],
    ['body.typo == 1 || true', true],
    ['[1, 2].exists(x, x == 2 || body.typo)', true],
    ['int("42") + int(2.9) + int(n)', 47],
    ['string(1) + string(1.5) + string(true)', '11.5true'],
    ['double("2.5")', 2.5],
    ['bool("true")', true],
    ['distinct([1, 2, 1, 1.0, "1"])', [1, 2, '1']],
    ['[{"a": 1}, {"a": 1}].distinct()', [{ a: 1 }]],
    ['flatten([[1], [2, [3]], 4])', [1, 2, [3], 4]],
    ['sort([3, 1.5, 2])', [1.5, 2, 3]],
    ['["b", "a"].sort()', ['a', 'b']],
    ['min([3, 1, 2]) + max([3, 1, 2])', 4],
    ['sum([1, 2, 0.5])', 3.5],
    ['sum([])', 0],
    ['human(0) + " " + human(1023) + " " + human(1610612736) + " " + human(1048575)', '0 B 1023 B 1.5 GiB 1 MiB'],
    ['["a", "b"].join(", ") + ["c"].join()', 'a, bc'],
    ['"a,b".split(",")', ['a', 'b']],
    ['"hello".substring(1, 3) + "x".upperAscii() + " y ".trim() + "aXa".replace("a", "$&")', 'elXy$&X$&'],
    ['"hello".indexOf("l") + "hello".lastIndexOf("l")', 5],
    ['name.matches("^web[0-9]+$") && matches(name, "b0") && !name.matches("^eb")', true],
    ['name.startsWith("web") && name.endsWith("01") && name.contains("b0")', true],
    ['duration("1h30m") > duration("89m") && duration("90s").getMinutes() == 1', true],
    ['timestamp("2030-01-01T00:00:00Z") + duration("1h")', '2030-01-01T01:00:00.000Z'],
    ['timestamp("2030-01-02T00:00:00Z") - timestamp("2030-01-01T00:00:00Z")', '86400s'],
    ['known(n) && known(body)', true],
    ['r"\\d" + "\\n"', '\\d\n'],
  ])('%s', (source, value) => {
    expect(evaluate(source, scope)).toEqual({ kind: 'known', value });
  });
});

describe('errors say what is wrong, in a value', () => {
  test.each<[string, RegExp]>([
    ['body.typo', /no `typo` in `body`/],
    ['body.constructor', /no `constructor`/],
    ['units.__proto__', /no `__proto__`/],
    ['nope', /no `nope` here/],
    ['constructor', /no `constructor` here/],
    ['has(body.typo.deeper)', /no `typo`/],
    ['errors[9]', /2 elements/],
    ['errors[-1]', /no \[-1\]/],
    ['errors[0.5]', /integer/],
    ['n / 0', /division by zero/],
    ['n % 0', /division by zero/],
    ['9223372036854775807 + 1', /64 bits/],
    ['big * 1.0 * 1e300 * 1e300', /finite/],
    ['"a" + 1', /string\(x\)/],
    ['n && true', /true or false, not an integer/],
    ['name.matches("(" + name)', /regular expression/],
    ['int("x")', /"x" is no integer/],
    ['min([])', /empty list/],
    ['sort([1, "a"])', /cannot order/],
    ['sum(["a"])', /needs numbers/],
    ['[1].join()', /join needs strings/],
    ['nofunction(1)', /no function nofunction/],
    ['a +', /ends too early/],
    ['9007199254740992 + 1', /too large to leave/],
    ['b"x"', /not supported/],
    ['size(n)', /does not work on an integer/],
    ['timestamp("x")', /timestamp/],
  ])('%s', (source, message) => {
    const result = evaluate(source, scope);
    expect(result.kind === 'error' && result.message).toMatch(message);
  });
});

test('an inherited member is never seen, an undefined one is absent', () => {
  const odd = new Map<string, Value>([
    ['o', { present: undefined } as unknown as Value],
    ['l', []],
  ]);
  expect(evaluate('has(o.present)', odd)).toEqual({ kind: 'known', value: false });
  expect(evaluate('size(o)', odd)).toEqual({ kind: 'known', value: 0 });
  expect(evaluate('has(o.hasOwnProperty)', odd)).toEqual({ kind: 'known', value: false });
  expect(evaluate('{"__proto__": 1}', odd)).toMatchObject({ kind: 'known' });
});

describe('hostile input costs little', () => {
  const long = Array.from({ length: 3000 }, (_, at) => at);
  test.each<[string, string, Map<string, Value>]>([
    ['regular expressions are linear', 's.matches("(a+)+$")', new Map([['s', `${'a'.repeat(20_000)}!`]])],
    ['nested macros are bounded', 'l.all(a, l.all(b, l.all(c, a + b + c >= 0)))', new Map([['l', long]])],
    [
      'long texts are bounded',
      'l.map(a, l.map(b, s + s)).size() > 0',
      new Map<string, Value>([
        ['l', long],
        ['s', 'x'.repeat(100_000)],
      ]),
    ],
    ['deep data', 'd == d', new Map([['d', deep(50_000)]])],
    ['deep data leaving', 'd', new Map([['d', deep(50_000)]])],
    ['deep brackets', `${'('.repeat(3000)}1`, new Map()],
    ['many signs', `${'!'.repeat(7000)}true`, new Map()],
    ['long chains', `1${'+1'.repeat(3000)}`, new Map()],
  ])('%s', (_, source, names) => {
    const before = process.cpuUsage();
    evaluate(source, names);
    const { user } = process.cpuUsage(before);
    expect(user / 1000).toBeLessThan(1500);
  });
});

function deep(levels: number): Value {
  let value: Value = [];
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}
