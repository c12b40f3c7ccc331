import { describe, expect, test } from 'vitest';
import { checkCel } from '../../src/expr/check.ts';
import { assuming } from '../../src/expr/presence.ts';
import { flagship } from './flagship-types.ts';

const codes = (source: string, scope = flagship) =>
  checkCel(source, scope, { type: 'any' }).problems.map((problem) => problem.code);

describe('a field that may be absent is reached only behind has()', () => {
  test.each([
    'has(params.note) && params.note == "x"',
    '!has(params.note) || params.note == "x"',
    'has(params.note) ? params.note : ""',
    '!has(params.note) ? "" : params.note',
    'has(worker.apparmor) && worker.apparmor.profile == "x"',
    'has(worker.apparmor) && has(worker.apparmor.mode) && worker.apparmor.mode == "x"',
    'has(params.note) && (true && errors.exists(e, params.note == e.upstream))',
    'errors.exists(e, has(e.client) && e.client == "x")',
    'errors.filter(e, has(e.client)).map(e, e.client)',
    'errors.filter(e, has(e.client) && e.errno == 1).exists(f, f.client == "x")',
    'errors.map(e, has(e.client), e.client)',
    'errors.all(e, !has(e.client) || e.client != "")',
    '(has(params.note) && params.limit > 1) ? params.note : ""',
    '!(has(params.note) && params.limit > 1) || params.note == ""',
    'has(params.note)',
  ])('%s is right', (source) => {
    expect(codes(source)).toEqual([]);
  });

  test.each([
    'params.note == "x"',
    'params["note"] == "x"',
    'has(params.note) || params.note == "x"',
    '!has(params.note) && params.note == "x"',
    'has(params.note) ? "" : params.note',
    'has(worker.apparmor.mode)',
    'errors.exists(e, e.client == "x")',
    'errors.exists(e, has(e.client)) && errors[0].client == "x"',
    '(has(params.note) || params.limit > 1) && params.note == ""',
    'known(params.note)',
  ])('%s is not', (source) => {
    expect(codes(source)).toEqual(['cel/maybe-absent']);
  });

  test('the problem stands at the field and shows the guard', () => {
    const [problem] = checkCel('worker.apparmor.profile', flagship, { type: 'any' }).problems;
    expect(problem).toMatchObject({ start: 7, end: 15, help: expect.stringContaining('has(worker.apparmor) &&') });
  });
});

test('behind a condition that held, what it proved is there', () => {
  const scope = assuming(flagship, ['params.limit > 1 && has(params.note)', 'not cel (']);
  expect(codes('params.note + "x"', scope)).toEqual([]);
  expect(codes('worker.apparmor.profile', scope)).toEqual(['cel/maybe-absent']);
});
