// Compiles the skeleton of a runbook and the params of every built-in probe and action to plain code, so that `validate`
// loads no ajv. Runs after tsc, on dist.
import { mkdir, writeFile } from 'node:fs/promises';
import { generateValidators } from '../dist/load/generate-validators.js';
import { buildRegistry } from '../dist/model/pack.js';
import { builtInPacks } from '../dist/packs/index.js';

const folder = new URL('../generated/', import.meta.url);
await mkdir(folder, { recursive: true });
await writeFile(new URL('validators.cjs', folder), generateValidators(buildRegistry(builtInPacks)));
