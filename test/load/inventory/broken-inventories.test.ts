import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadInventory } from '../../../src/load/load-inventory.ts';

const folder = fileURLToPath(new URL('../../fixtures/broken-inventories/', import.meta.url));

test.each(readdirSync(folder))('%s is refused for what its comment says, at that place', async (name) => {
  const text = readFileSync(folder + name, 'utf8');
  const expected = [...text.matchAll(/^# expect: (.*)$/gm)].map((match) => match[1]);
  const { value, diagnostics } = await loadInventory([folder + name]);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  expect(errors.map(({ code, at }) => `${code} ${at.line}:${at.col}`)).toEqual(expected);
  expect(value).toBeUndefined();
  for (const { at, excerpt, message, help } of errors) {
    expect(basename(at.file)).toBe(name);
    expect(text.replace('password: secret', 'password: ******')).toContain(excerpt);
    expect(`${message}\n${help ?? ''}`).not.toMatch(/[\u0000-\u0009\u000b-\u001f]|undefined/);
  }
});
