import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lintText } from './lint-text.ts';

const text = readFileSync(join(import.meta.dirname, '../fixtures/lint/twelve-mistakes.yaml'), 'utf8');
const lines = text.split('\n');

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
  const planted = expected.map(([code], index) => {
    const line = lines.findIndex((content) => new RegExp(`# ${index + 1} `).test(content)) + 1;
    return `${code} ${line}`;
  });
  expect([...told].sort()).toEqual([...planted].sort());
  for (const [code, advice] of expected) {
    const found = findings.find((finding) => finding.code === code);
    expect(`${code}: ${found?.message} ${found?.help}`).toMatch(advice);
  }
});
