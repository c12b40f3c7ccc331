// Writes the editors' schemas of runbooks and of their test cases, with every built-in probe and action. Runs after tsc, on build.
// The files are committed; tests compare them with what this would write.
import { writeFile } from 'node:fs/promises';
import { buildRunbookSchema } from '../build/load/build-schema.js';
import { buildTestSchema } from '../build/load/cases/build-test-schema.js';
import { buildRegistry } from '../build/model/pack.js';
import { builtInPacks } from '../build/packs/index.js';

const registry = buildRegistry(builtInPacks);
for (const [name, schema] of [
  ['runbook', buildRunbookSchema(registry)],
  ['test', buildTestSchema(registry)],
])
  await writeFile(
    new URL(`../schemas/${name}.schema.json`, import.meta.url),
    `${JSON.stringify(schema, undefined, 2)}\n`,
  );
