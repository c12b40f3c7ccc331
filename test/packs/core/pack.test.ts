import { describe, expect, test } from 'vitest';
import { buildRegistry } from '../../../src/model/pack.ts';
import type { Schema } from '../../../src/model/schema.ts';
import { corePack } from '../../../src/packs/core/index.ts';

/** Every schema in a schema, with where it stands. */
function* walk(schema: Schema, at: string): Generator<readonly [string, Schema]> {
  yield [at, schema];
  if (schema.type === 'array') yield* walk(schema.items, `${at}[]`);
  if (schema.type !== 'object') return;
  for (const [name, member] of Object.entries(schema.properties)) yield* walk(member, `${at}.${name}`);
}

const calls = [...corePack.probes, ...corePack.actions];

test('every name is there once', () => {
  expect(buildRegistry([corePack]).probes.size + buildRegistry([corePack]).actions.size).toBe(calls.length);
});

describe.each(calls.map((call) => [call.name, call] as const))('%s', (_name, call) => {
  test('is documented: one sentence, every param, every member', () => {
    expect(call.summary).toMatch(/^[A-Z].*\.$/);
    const schemas = [call.params, ...('result' in call ? [call.result] : [])];
    for (const schema of schemas) {
      for (const [at, part] of walk(schema, call.name)) {
        if (at.includes('.', call.name.length) && !at.endsWith('[]')) expect(part.description, at).toBeTruthy();
        if (part.type === 'object')
          expect(Object.keys(part.properties), at).toEqual(expect.arrayContaining([...(part.required ?? [])]));
      }
    }
  });

  test('its patterns are regular expressions that refuse line ends and NUL', () => {
    for (const [at, part] of walk(call.params, call.name)) {
      if (part.type !== 'string' || part.pattern === undefined) continue;
      const pattern = new RegExp(part.pattern, 'u');
      for (const bad of ['/a\nb', '/a\0', 'a\n', '-x\n'])
        expect(pattern.test(bad), `${at} ${JSON.stringify(bad)}`).toBe(false);
    }
  });
});
