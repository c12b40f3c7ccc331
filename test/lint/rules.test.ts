import { describe, expect, it } from 'vitest';
import { rules } from '../../src/lint/rules/index.ts';
import { lintText, wholeRunbook } from './lint-text.ts';

/** The rule about a missing verify needs one that is missing. */
function whole(id: string, example: string): string {
  const text = wholeRunbook(example);
  return id === 'lint/no-verify' && !/^verify:/m.test(example) ? text.replace(/^ {4}verify: .*\n/m, '') : text;
}

describe.each(rules)('$id', ({ id, severity, title, reason, instead, example }) => {
  it('finds its bad example, at the line that says it', async () => {
    const { findings } = await lintText(whole(id, example.bad));
    const [found] = findings.filter(({ code }) => code === id);
    expect(found?.severity).toBe(severity);
    expect(found?.at.line).toBeGreaterThan(2);
    expect(found?.help?.length).toBeGreaterThan(10);
  });

  it('finds nothing in its good example, which is valid', async () => {
    const { findings, errors } = await lintText(whole(id, example.good));
    expect(errors.map(({ code, message, at }) => `${at.line}: ${code}: ${message}`)).toEqual([]);
    expect(findings.filter(({ code, waived }) => code === id && waived === undefined)).toEqual([]);
  });

  it('says what, why and what instead', () => {
    for (const text of [title, reason, instead]) expect(text.length).toBeGreaterThan(15);
  });
});

describe('the table of rules', () => {
  it('has each id once', () => expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length));
});
