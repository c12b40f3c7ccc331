import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { generateValidators } from '../../src/load/generate-validators.ts';
import { toJsonSchema } from '../../src/load/json-schema.ts';
import { skeletonSchema } from '../../src/load/skeleton-schema.ts';
import { paramsValidator, schemaDigest, schemaValidator } from '../../src/load/validators.ts';
import { registry } from './registry.ts';

/** The generated module, in a context that has neither `require` nor anything else of Node. */
function loadGenerated(): Readonly<Record<string, ((value: unknown) => boolean) & { errors?: unknown }>> {
  const module = { exports: {} };
  runInNewContext(generateValidators(registry), { module, exports: module.exports });
  return module.exports;
}
const generated = loadGenerated();

describe('code generated at build', () => {
  it('is there for the skeleton and for every probe and action', () => {
    const schemas = [...registry.probes.values(), ...registry.actions.values()].map(({ params }) => params);
    const missing = schemas.filter(
      (schema) => generated[schemaDigest(toJsonSchema(schema, { interpolated: false }))] === undefined,
    );
    expect(missing).toEqual([]);
    expect(generated[schemaDigest(skeletonSchema)]).toBeTypeOf('function');
  });

  it('decides as ajv does', () => {
    const folder = join(import.meta.dirname, '../fixtures/broken');
    const validate = generated[schemaDigest(skeletonSchema)];
    for (const name of readdirSync(folder).filter((entry) => /^(?!yaml|trap|ansible|inventory).*\.yaml$/.test(entry))) {
      const value: unknown = JSON.parse(JSON.stringify(parse(readFileSync(join(folder, name), 'utf8'))));
      expect(validate?.(value), name).toBe(schemaValidator(skeletonSchema)(value).length === 0);
    }
    const port = registry.actions.get('selinux.port')?.params;
    if (port === undefined) throw new Error('no selinux.port');
    const check = generated[schemaDigest(toJsonSchema(port, { interpolated: false }))];
    for (const value of [
      { port: 80, protocol: 'tcp', type: 'x' },
      { port: 0, protocol: 'tcp', type: 'x' },
      {},
      null,
      [],
      { port: '80' },
    ]) {
      expect(check?.(value)).toBe(paramsValidator(port)(value).length === 0);
    }
  });
});
