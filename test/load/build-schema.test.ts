import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { buildRunbookSchema } from '../../src/load/build-schema.ts';
import type { JsonSchema } from '../../src/load/json-schema.ts';
import { isObject } from '../../src/model/json.ts';
import { buildRegistry } from '../../src/model/pack.ts';
import { builtInPacks } from '../../src/packs/index.ts';
import { registry } from './registry.ts';

const { Ajv2020 } = createRequire(import.meta.url)('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js');
const accepts = new Ajv2020({ strictTypes: false }).compile(buildRunbookSchema(registry));

const runbook = (steps: string): unknown => parse(`runbook: a\ntitle: A\nsteps: ${steps}`);

describe("the editors' schema", () => {
  it('is valid draft 2020-12', () => {
    expect(new Ajv2020({ strictTypes: false }).validateSchema(buildRunbookSchema(registry))).toBe(true);
  });

  it.each([
    ['a call', '[ { id: s, fix: [ { selinux.boolean: { name: x, value: true } } ] } ]'],
    [
      'interpolations in place of any value',
      '[ { id: s, fix: [ { selinux.port: { port: "${{ p }}", protocol: tcp, type: "${{ t }}" } } ] } ]',
    ],
    [
      'params that are wholly an interpolation',
      '[ { id: s, probes: { a: { selinux.access: "${{ item }}", for_each: x } } } ]',
    ],
  ])('accepts %s', (_name, steps) => expect(accepts(runbook(steps))).toBe(true));

  it.each([
    ['an unknown key', '[ { id: s, fixx: [] } ]'],
    ['an unknown action', '[ { id: s, fix: [ { selinux.bool: {} } ] } ]'],
    ['an action as a probe', '[ { id: s, probes: { a: { selinux.boolean: { name: x, value: true } } } } ]'],
    ['an unknown param', '[ { id: s, fix: [ { service.state: { name: x, stat: started } } ] } ]'],
    ['a value out of its choices', '[ { id: s, fix: [ { service.state: { name: x, state: up } } ] } ]'],
  ])('refuses %s', (_name, steps) => expect(accepts(runbook(steps))).toBe(false));

  it('describes every key of the language', () => {
    const silent: string[] = [];
    const { $defs } = buildRunbookSchema(registry) as { readonly $defs: JsonSchema };
    const visit = (name: string, schema: unknown): void => {
      if (!isObject(schema) || !isObject(schema['properties'])) return;
      for (const [key, member] of Object.entries(schema['properties'])) {
        const ref =
          isObject(member) && typeof member['$ref'] === 'string'
            ? $defs[member['$ref'].replace('#/$defs/', '')]
            : undefined;
        const described = [member, ref].some((part) => isObject(part) && typeof part['description'] === 'string');
        if (!described) silent.push(`${name}.${key}`);
        visit(`${name}.${key}`, member);
      }
    };
    visit('runbook', buildRunbookSchema(registry));
    for (const [name, schema] of Object.entries($defs)) if (!name.includes(':')) visit(name, schema);
    expect(silent).toEqual([]);
  });

  it('is committed as it is generated (npm run schemas)', () => {
    const file = join(import.meta.dirname, '../../schemas/runbook.schema.json');
    const committed: unknown = JSON.parse(readFileSync(file, 'utf8'));
    expect(buildRunbookSchema(buildRegistry(builtInPacks))).toEqual(committed);
  });
});
