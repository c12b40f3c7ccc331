import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { lintRunbook } from '../../src/lint-runbook.ts';
import { notBuilt } from '../../src/load/not-yet.ts';
import { languageParts, printLanguage } from '../../src/load/print-language.ts';
import { isObject } from '../../src/model/json.ts';

const textOf = (example: string): string => readFileSync(`examples/language/${example}.yaml`, 'utf8');

/** Every key that stands anywhere in a document. */
function keysIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(keysIn);
  return isObject(value) ? Object.entries(value).flatMap(([key, member]) => [key, ...keysIn(member)]) : [];
}

describe('the reference of the language', () => {
  it('is what the schema says (npm run docs)', () => {
    expect(readFileSync('docs/language.md', 'utf8')).toBe(printLanguage(textOf));
  });

  it.each([...new Set(['used', ...languageParts.map(({ example }) => example)])])(
    'shows %s.yaml, in which nothing is wrong',
    async (example) => {
      expect(await lintRunbook(`examples/language/${example}.yaml`)).toEqual({ findings: [], valid: true });
    },
  );

  it.each(languageParts)('has an example for every key of $title, or says that it is not built', (part) => {
    const keys = Object.keys(isObject(part.schema['properties']) ? part.schema['properties'] : {});
    const shown = new Set(keysIn(parse(textOf(part.example))));
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.filter((key) => !shown.has(key) && notBuilt(key) === undefined)).toEqual(
      // A step has one of the three.
      part.title === 'Step' ? ['alternatives', 'risky'] : [],
    );
  });

  it('says of each key that is not built what to do meanwhile', () => {
    const page = printLanguage(textOf);
    for (const key of ['run_once', 'delegate_to', 'throttle', 'batches', 'pause', 'max_fail']) {
      const instead = notBuilt(key);
      if (instead !== undefined) expect(page).toMatch(new RegExp(`\\| \`${key}\` \\|.*Not built yet.*: ${instead}`));
    }
  });
});
