import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lintText } from './lint-text.ts';

const read = (name: string): string => readFileSync(join(import.meta.dirname, '../fixtures/lint', name), 'utf8');
const text = read('twelve-mistakes.yaml');

/** The line with a mistake's number in its comment. */
function lineOf(file: string, number: number): number {
  return file.split('\n').findIndex((content) => new RegExp(`# ${number} `).test(content)) + 1;
}

/** What is told of each mistake, and a word of the advice. */
const expected: readonly (readonly [code: string, advice: RegExp])[] = [
  ['lint/unused-param', /remove it, or use it/],
  ['cel/no-such-field', /did you mean `status`/],
  ['lint/mutating-probe', /belongs into `fix`/],
  ['lint/unused-probe', /remove it/],
  ['lint/unreachable-conclusion', /asks for more first/],
  ['lint/untrusted-log', /audit log/],
  ['lint/setenforce', /selinux\.remedies/],
  ['lint/no-verify', /add `verify:`/],
  ['params/not-one-of', /started/],
  ['lint/world-writable', /file\.acl/],
  ['lint/unquoted-data', /"\$NAME", in double quotes/],
  ['lint/cannot-undo', /irreversible/],
];

it('all twelve mistakes are told at once, each at its line, with advice that names the fix', async () => {
  const { findings } = await lintText(text);
  const told = findings.map(({ code, at }) => `${code} ${at.line}`);
  const planted = expected.map(([code], index) => `${code} ${lineOf(text, index + 1)}`);
  expect([...told].sort()).toEqual([...planted].sort());
  for (const [code, advice] of expected) {
    const found = findings.find((finding) => finding.code === code);
    expect(`${code}: ${found?.message} ${found?.help}`).toMatch(advice);
  }
});

it('the check tells those of them that keep the runbook from running', async () => {
  const { errors } = await lintText(text);
  expect(errors.map(({ code }) => code)).toEqual(['cel/no-such-field', 'params/not-one-of']);
});

it('twelve mistakes of the runbook itself are told at once, by the check and by lint', async () => {
  const book = read('twelve-errors.yaml');
  const codes = [
    'trap/boolean-word',
    'runbook/not-one-of',
    'runbook/secret-default',
    'runbook/unknown-probe',
    'cel/no-such-field',
    'runbook/unknown-key',
    'cel/unknown-name',
    'trap/leading-zero',
    'runbook/bad-duration',
    'runbook/duplicate-id',
    'shell/place',
    'params/not-one-of',
  ];
  const planted = codes.map((code, index) => `${code} ${lineOf(book, index + 1)}`);
  const { errors, findings } = await lintText(book);
  expect(errors.map(({ code, at }) => `${code} ${at.line}`)).toEqual(planted);
  expect(findings.map(({ code, at }) => `${code} ${at.line}`)).toEqual(expect.arrayContaining(planted));
});
