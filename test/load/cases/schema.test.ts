import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { buildTestSchema } from '../../../src/load/cases/build-test-schema.ts';
import { isObject } from '../../../src/model/json.ts';
import { buildRegistry } from '../../../src/model/pack.ts';
import { builtInPacks } from '../../../src/packs/index.ts';

const { Ajv2020 } = createRequire(import.meta.url)('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js');
const schema = buildTestSchema(buildRegistry(builtInPacks));
const accepts = new Ajv2020({ strictTypes: false }).compile(schema);
const caseOf = (host: string): unknown => parse(`runbook: a.yaml\ncases: [ { name: a, host: ${host}, dry: } ]`);

describe("the editors' schema of case files", () => {
  test('is committed as it is generated (npm run schemas)', () => {
    const file = join(import.meta.dirname, '../../../schemas/test.schema.json');
    expect(schema).toEqual(JSON.parse(readFileSync(file, 'utf8')));
  });

  test('is valid draft 2020-12, and describes every key', () => {
    expect(new Ajv2020({ strictTypes: false }).validateSchema(schema)).toBe(true);
    const silent: string[] = [];
    const visit = (part: unknown, path: string): void => {
      if (!isObject(part) || !isObject(part['properties'])) return;
      for (const [name, member] of Object.entries(part['properties'])) {
        if (isObject(member) && member['description'] === undefined && member['$ref'] === undefined)
          silent.push(`${path}.${name}`);
        visit(member, `${path}.${name}`);
        if (isObject(member)) visit(member['additionalProperties'], `${path}.${name}.*`);
        if (isObject(member)) visit(member['items'], `${path}.${name}[]`);
      }
    };
    visit(schema, 'test');
    const { host, reading } = schema['$defs'] as { readonly host: unknown; readonly reading: unknown };
    visit(host, 'host');
    visit(reading, 'reading');
    // What a result's members mean, the packs say: test/packs looks at that.
    expect(silent.filter((path) => !path.startsWith('host.answers.'))).toEqual([]);
  });

  test.each(readdirSync('runbooks').filter((file) => file.endsWith('.test.yaml')))('accepts %s', (file) => {
    expect(accepts(parse(readFileSync(join('runbooks', file), 'utf8')))).toBe(true);
  });

  test.each([
    ['a part of a result', '{ answers: { selinux.status: { mode: enforcing } } }'],
    ['a member that is taken away', '{ answers: { http.request: { error: null } } }'],
    ["the runbook's own name for a reading", '{ answers: { worker: { running: true } } }'],
    ['the name of a host', 'web'],
  ])('accepts %s', (_name, host) => expect(accepts(caseOf(host))).toBe(true));

  test.each([
    ['a key that a result does not have', '{ answers: { selinux.status: { mod: enforcing } } }'],
    ['a value of another kind', '{ answers: { http.request: { status: "502" } } }'],
    ['a word that is none of its choices', '{ answers: { selinux.status: { mode: on } } }'],
    ['an unknown key of a host', '{ answer: {} }'],
  ])('refuses %s', (_name, host) => expect(accepts(caseOf(host))).toBe(false));
});
