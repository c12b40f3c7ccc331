import { describe, expect, test } from 'vitest';
import { checkCel, type Expected, namesUsed } from '../../src/expr/check.ts';
import type { ExprProblem } from '../../src/expr/types.ts';
import type { Schema } from '../../src/model/schema.ts';
import { any, boolean, flagship, integer, list, object, string } from './flagship-types.ts';

/** `e.«errnoo»` → the source and the range between the marks. */
function marked(text: string): { source: string; start: number; end: number } {
  const start = text.indexOf('«');
  const end = text.indexOf('»') - 1;
  return { source: text.replace(/[«»]/g, ''), start, end };
}

function problemOf(text: string, expected: Expected = { type: 'any' }): ExprProblem {
  const { source, start, end } = marked(text);
  const { problems, type } = checkCel(source, flagship, expected);
  expect(problems, source).toHaveLength(1);
  const problem = problems[0] as ExprProblem;
  expect(source.slice(problem.start, problem.end)).toBe(source.slice(start, end));
  expect(problem.start).toBe(start);
  expect(type).toEqual(any);
  return problem;
}

describe('right expressions have no problem and a type', () => {
  test.each<[string, Schema]>([
    ['size(errors) > 0 && errors.all(e, e.errno == 111)', boolean],
    ['errors.filter(e, e.errno == 13)', flagship.get('errors') as Schema],
    ['errors.map(e, e.upstream)', list(string)],
    ['errors.map(e, e.errno == 13, e.upstream)', list(string)],
    ["errors.map(e, e.upstream + ' ' + string(e.errno)).join(', ')", string],
    ['errors.map(e, e.errno).distinct()', list(integer)],
    ['flatten([[1], [2]])', list(integer)],
    ['sum(errors.map(e, e.errno))', integer],
    ['max(requests.map(r, r.ms))', { type: 'number' }],
    ['human(params.limit * 1024)', string],
    ['selinux.mode == "enforcing" || selinux.mode in ["permissive", "disabled"]', boolean],
    ['units["a.service"]', string],
    ['"x" in units', boolean],
    ['body.anything[0].at.all', any],
    ['body.items.exists(i, i.x == 1)', boolean],
    ['errors[0].errno + 1', integer],
    ['load + 0.5', { type: 'number', description: 'a double' }],
    ['load + 1', { type: 'number' }],
    ['load > 3 && params.limit < 2.5', boolean],
    ['worker.domain.matches("^httpd_") && matches(worker.user, "nginx|www")', boolean],
    ['worker.domain.startsWith("h") ? "a" : worker.user', string],
    ['known(worker) && known(errors)', boolean],
    ['timestamp("2030-01-31T12:00:00Z") - timestamp("2030-01-30T12:00:00Z") > duration("1h")', boolean],
    ['[] == errors', boolean],
    ['{"a": 1}.a', integer],
    ['load / 2.0', { type: 'number', description: 'a double' }],
    ['[1, "a"]', list(any)],
    ['null', any],
    ['body == null', boolean],
    ['units.exists(name, name == "a")', boolean],
  ])('%s', (source, type) => {
    const checked = checkCel(source, flagship, { type: 'any' });
    expect(checked.problems).toEqual([]);
    expect(checked.type).toEqual(type);
  });
});

describe('a wrong name is shown exactly, with what was meant', () => {
  test.each<[string, string, RegExp | undefined]>([
    ['errors.all(e, e.«errnoo» == 13)', 'cel/no-such-field', /did you mean `errno`/],
    ['errors.all(e, e . «err» == 13)', 'cel/no-such-field', /did you mean `errno`/],
    ['«erors».all(e, true)', 'cel/unknown-name', /did you mean `errors`/],
    ['«xyz» == 1', 'cel/unknown-name', /names here: `body`, `errors`/],
    ['selinux.«status»', 'cel/no-such-field', /it has `mode`/],
    ['worker.domain.«length»', 'cel/no-such-field', undefined],
    ['errors.«length»', 'cel/no-such-field', /size\(errors\)/],
    ['errors.«errno» == 13', 'cel/no-such-field', /errors\.exists\(x, x\.errno/],
    ['worker[«"domian"»]', 'cel/no-such-field', /did you mean `domain`/],
    ['has(worker.«typo»)', 'cel/no-such-field', /it has/],
    ['has(«wrker».user)', 'cel/unknown-name', /did you mean `worker`/],
    ['worker.domain.«startWith»("h")', 'cel/unknown-name', /did you mean `startsWith`/],
    ['«siz»(errors)', 'cel/unknown-name', /did you mean `size`/],
    ['«startsWith»(worker.domain, "h")', 'cel/unknown-name', /`worker\.domain\.startsWith\(…\)`/],
    ['worker.domain.«int»()', 'cel/unknown-name', /`int\(worker\.domain\)`/],
    ['(errors) . «al» (e, true)', 'cel/unknown-name', /did you mean `all`/],
  ])('%s', (text, code, help) => {
    const problem = problemOf(text.includes('al» (e') ? text.replace('(e, true)', '()') : text);
    expect(problem.code).toBe(code);
    if (help) expect(problem.help).toMatch(help);
  });
});

describe('what cannot go together is a problem', () => {
  test.each<[string, string, RegExp]>([
    ['«errors[0].errno == "13"»', 'cel/type', /without quotes/],
    ['selinux.mode == «"enforcng"»', 'cel/type', /did you mean `enforcing`/],
    ['selinux.mode in ["permissive", «"off"»]', 'cel/type', /it is one of/],
    ['«"a" + 1»', 'cel/type', /`string\(1\)`/],
    ['«worker + 1»', 'cel/type', /^/],
    ['«errors > 3»', 'cel/type', /size\(list\)/],
    ['"a" in «worker.domain»', 'cel/not-list', /contains/],
    ['«1 in params.urls»', 'cel/type', /^/],
    ['«worker.domain».exists(x, true)', 'cel/not-list', /^/],
    ['«size(3)»', 'cel/type', /`size\(string\)` or `size\(list\)`/],
    ['worker.domain.matches(«"(a"»)', 'cel/regex', /RE2/],
    ['matches(worker.domain, «"(?=a)"»)', 'cel/regex', /RE2/],
    ['«load / 2»', 'cel/type', /double\(load\)/],
    ['«worker.domain == null»', 'cel/type', /has\(x\.field\)/],
    ['has(«worker»)', 'cel/type', /known/],
    ['errors.«all»(e)', 'cel/type', /^/],
    ['errors[«true»].errno', 'cel/type', /^/],
    ['«load % 2»', 'cel/type', /int\(x\)/],
    ['-«worker».domain', 'cel/type', /^/],
    ['[1].exists(a, [1].exists(b, [1].«exists»(c, a == b && b == c)))', 'cel/nesting', /filter first/],
  ])('%s', (text, code, help) => {
    const problem = problemOf(text.startsWith('-') ? '«-worker.domain»' : text);
    expect(problem.code).toBe(code);
    if (help.source !== '^') expect(problem.help).toMatch(help);
  });

  test('chained macros are not nested ones', () => {
    const source = 'errors.filter(a, a.errno == 1).filter(b, true).map(c, c.errno).exists(d, d == 1)';
    expect(checkCel(source, flagship, { type: 'bool' }).problems).toEqual([]);
  });
});

describe('what is expected of the whole', () => {
  test.each<[string, Expected['type'], string | undefined]>([
    ['errors', 'bool', 'cel/not-boolean'],
    ['size(errors)', 'bool', 'cel/not-boolean'],
    ['body.x', 'bool', undefined],
    ['worker', 'list', 'cel/not-list'],
    ['body', 'list', undefined],
    ['errors', 'list', undefined],
    ['worker.domain', integer, 'cel/type'],
    ['params.limit', { type: 'number' }, undefined],
    ['errors', list(object({ errno: integer, upstream: string, 'client?': string })), undefined],
    ['errors', list(object({ errno: integer })), 'cel/type'],
    ['{"a": 1}', object({ a: integer, b: string }), 'cel/type'],
    ['{"a": 1}', object({ a: integer, 'b?': string }), undefined],
    [
      '{"a": 1}',
      { type: 'object', properties: { a: integer, b: { type: 'string', default: 'x' } }, required: ['a', 'b'] },
      undefined,
    ],
    ['selinux.mode', { type: 'string', enum: ['on', 'off'] }, 'cel/type'],
    ['selinux.mode', { type: 'string', enum: ['enforcing'] }, undefined],
    ['!size(errors)', 'bool', 'cel/not-boolean'],
    ['errors && true', 'bool', 'cel/not-boolean'],
    ['errors ? 1 : 2', 'any', 'cel/not-boolean'],
    ['errors.all(e, e.errno)', 'bool', 'cel/not-boolean'],
  ])('%s as %j: %s', (source, type, code) => {
    expect(checkCel(source, flagship, { type }).problems.map((problem) => problem.code)).toEqual(
      code === undefined ? [] : [code],
    );
  });
});

test('all problems come at once, in order', () => {
  const { problems } = checkCel('erors.x == 1 && selinux.mod == "a" && worker.domain', flagship, { type: 'bool' });
  expect(problems.map((problem) => problem.code)).toEqual(['cel/unknown-name', 'cel/no-such-field', 'cel/not-boolean']);
});

describe('slips from other languages are explained', () => {
  test.each<[string, RegExp]>([
    ['size(errors) > 0 «and» true', /`&&`/],
    ['true «or» false', /`\|\|`/],
    ['not «errors»', /`!`/],
    ['worker «is» defined', /known\(x\)/],
    ['worker.domain «=» "x"', /`==`/],
    ['true «&» false', /`&&`/],
    ['errors «|» length', /size\(x\)/],
    ['{{ worker «}»}', /is written `x` here/],
    ['«$»{{ worker }}', /bare/],
    ['«None»', /no null/],
    ['worker.user == «True»', /`true`/],
    ['steps.a', /^/],
    ['size(errors«)», 1', /^/],
    ['size(error«s»', /`\)` is missing/],
    ['worker.domain == «“»x”', /plain quotes/],
    ['«`»x`', /"…"/],
    ['«len»(errors)', /size\(x\)/],
    ['worker.domain-«name»', /never `-`/],
  ])('%s', (text, help) => {
    const { source, start } = marked(text);
    const { problems } = checkCel(source, flagship, { type: 'any' });
    expect(problems.length).toBeGreaterThan(0);
    if (help.source === '^') return;
    const problem = problems.find((candidate) => candidate.start === start);
    expect(problem?.help, JSON.stringify(problems)).toMatch(help);
  });

  test('an empty expression says so', () => {
    expect(checkCel('  ', flagship, { type: 'bool' }).problems).toMatchObject([
      { code: 'cel/syntax', message: 'the expression is empty' },
    ]);
  });
});

describe('names used', () => {
  test.each<[string, readonly string[]]>([
    ['a.b + c[d] + size(e)', ['a', 'c', 'd', 'e']],
    ['xs.exists(x, x.y == z)', ['xs', 'z']],
    ['x.exists(x, x.y)', ['x']],
    ['xs.map(x, ys.filter(y, y == x)).all(q, q == w)', ['w', 'xs', 'ys']],
    ['has(a.b) ? {"k": v} : [l]', ['a', 'l', 'v']],
    ['a +', []],
    ['', []],
  ])('%s', (source, names) => {
    expect(namesUsed(source)).toEqual(names);
  });
});
