// Writes the editors' schema of a runbook: the skeleton with every built-in probe and action. Runs after tsc, on dist.
// The file is committed; a test compares it with what this would write.
import { writeFile } from 'node:fs/promises';
import { buildRunbookSchema } from '../dist/load/build-schema.js';
import { buildRegistry } from '../dist/model/pack.js';
import { builtInPacks } from '../dist/packs/index.js';

const schema = buildRunbookSchema(buildRegistry(builtInPacks));
await writeFile(
  new URL('../schemas/runbook.schema.json', import.meta.url),
  `${JSON.stringify(schema, undefined, 2)}\n`,
);
