// Writes down what the built-in packs declare, into dist, so that checking a runbook loads no pack.
// Runs after tsc, on build.
import { writeFile } from 'node:fs/promises';
import { builtInPacks } from '../build/packs/index.js';

const probes = builtInPacks
  .flatMap((pack) => pack.probes)
  .map(({ name, summary, params, result, declared }) => ({ name, summary, params, result, declared }));
const actions = builtInPacks
  .flatMap((pack) => pack.actions)
  .map(({ name, summary, params, rollback: { kind, why } }) => ({ name, summary, params, rollback: { kind, why } }));
await writeFile(new URL('../dist/catalog.json', import.meta.url), JSON.stringify({ probes, actions }));
