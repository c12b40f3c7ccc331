import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ansibleKey, ansibleWords } from '../../src/load/ansible-words.ts';
import { printFromAnsible } from '../../src/load/print-from-ansible.ts';
import { languageParts, printLanguage } from '../../src/load/print-language.ts';
import { isObject } from '../../src/model/json.ts';
import { lintRunbook } from '../../src/uses/lint-runbook.ts';

const textOf = (example: string): string => readFileSync(`examples/language/${example}.yaml`, 'utf8');

/** Every key that stands anywhere in a document. */
function keysIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(keysIn);
  return isObject(value) ? Object.entries(value).flatMap(([key, member]) => [key, ...keysIn(member)]) : [];
}

describe('the page for those who come from Ansible', () => {
  it('is what validate answers (npm run docs)', () => {
    expect(readFileSync('docs/from-ansible.md', 'utf8')).toBe(printFromAnsible());
  });

  it('answers every word, and is where the answers say it is', () => {
    const page = printFromAnsible();
    expect(ansibleWords.length).toBeGreaterThan(60);
    for (const word of ansibleWords) expect(page).toMatch(new RegExp(`^\\|.*\`${word}\`.* \\| .+ \\| .+ \\|$`, 'm'));
    for (const word of ansibleWords)
      for (const [path] of ansibleKey(word)?.help.matchAll(/docs\/[\w./-]+/g) ?? [])
        expect({ path, there: existsSync(path) }).toEqual({ path, there: true });
  });
});

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

  it.each(languageParts)('has an example for every key of $title', (part) => {
    const keys = Object.keys(isObject(part.schema['properties']) ? part.schema['properties'] : {});
    const shown = new Set(keysIn(parse(textOf(part.example))));
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.filter((key) => !shown.has(key))).toEqual(
      // A step has one of the three.
      part.title === 'Step' ? ['alternatives', 'risky'] : [],
    );
  });
});
