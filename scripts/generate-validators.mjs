// Compiles the skeleton of a runbook and the params of every built-in probe and action to plain code, so that `validate`
// loads no ajv. Runs after tsc, on build.
import { mkdir, writeFile } from 'node:fs/promises';
import { generateValidators } from '../build/load/generate-validators.js';
import { buildRegistry } from '../build/model/pack.js';
import { builtInPacks } from '../build/packs/index.js';

const folder = new URL('../generated/', import.meta.url);
await mkdir(folder, { recursive: true });
await writeFile(new URL('validators.cjs', folder), generateValidators(buildRegistry(builtInPacks)));
