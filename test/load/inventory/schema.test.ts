import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkShape } from '../../../src/load/inventory/check-shape.ts';
import { inventorySchema, type Shape } from '../../../src/load/inventory/schema.ts';
import { parseYaml } from '../../../src/load/parse-yaml.ts';

const file = fileURLToPath(new URL('../../../schemas/inventory.schema.json', import.meta.url));
const fixtures = fileURLToPath(new URL('../../fixtures/', import.meta.url));
const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(structuredClone(inventorySchema));
const accepts = (value: unknown): boolean => [...checkShape(inventorySchema, value)].length === 0;

test('the schema for editors is the one that is checked against', () => {
  const text = `${JSON.stringify(inventorySchema, null, 2)}\n`;
  if (process.env['UPDATE_EXPECTED'] !== undefined) writeFileSync(file, text);
  expect(readFileSync(file, 'utf8')).toBe(text);
});

test('every key is described', () => {
  const undescribed: string[] = [];
  const visit = (shape: Shape, path: string): void => {
    if (shape.description === undefined) undescribed.push(path);
    for (const [name, member] of Object.entries(shape.properties ?? {})) visit(member, `${path}.${name}`);
    if (shape.additionalProperties) visit(shape.additionalProperties, `${path}.*`);
  };
  visit(inventorySchema, '');
  expect(undescribed).toEqual([]);
});

describe('our checker and a JSON Schema validator agree', () => {
  const documents = ['inventories', 'broken-inventories'].flatMap((folder) =>
    readdirSync(fixtures + folder)
      .filter((name) => /^own.*\.yaml$/.test(name))
      .map((name) => `${folder}/${name}`),
  );
  test.each(documents)('on %s', (name) => {
    const parsed = parseYaml({ file: name, text: readFileSync(fixtures + name, 'utf8') });
    if (!parsed.value) return;
    const value: unknown = JSON.parse(JSON.stringify(parsed.value.value));
    expect(accepts(value)).toBe(validate(value));
  });

  test('on any document', () => {
    const word = fc.constantFrom(
      'web',
      'yes',
      'true',
      '',
      '-x',
      'a b',
      'root',
      'ssh',
      'x$',
      '::1',
      'http-port',
      'é',
      'connect',
    );
    const leaf = fc.oneof(word, fc.constantFrom(0, 22, 65536, 1.5, true, false, null));
    const keys = fc.constantFrom(
      'inventory',
      'connect',
      'vars',
      'groups',
      'hosts',
      'children',
      'port',
      'user',
      'become',
      'address',
      'transport',
      'private_key_file',
      'web',
      'x-y',
    );
    const { document } = fc.letrec((tie) => ({
      document: fc.oneof(
        { depthSize: 'medium' },
        leaf,
        fc.array(tie('document'), { maxLength: 3 }),
        fc.dictionary(keys, tie('document'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(keys, document, { maxKeys: 5 }), (value) => {
        const plain: unknown = JSON.parse(JSON.stringify(value));
        expect(accepts(plain)).toBe(validate(plain));
      }),
      { numRuns: 3000 },
    );
  });
});
