// Runs in Node's thread for module hooks (module.register), where nothing else of mendgate is loaded.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** What `import-pack.ts` hands over: the running copy's own doors, by the name under which packs import them. */
export interface HookData {
  readonly doors: { readonly [name: string]: string };
}

interface Resolved {
  readonly url: string;
  readonly format?: string | null | undefined;
  readonly shortCircuit?: boolean;
}
interface Loaded {
  readonly format: string;
  readonly source?: unknown;
  readonly shortCircuit?: boolean;
}

const require = createRequire(import.meta.url);
let doors: HookData['doors'] = {};

/** Node calls it once, in this thread. */
export function initialize(data: HookData): void {
  doors = data.doors;
}

/** `mendgate` is the copy that runs: two copies would not know each other's values. */
export async function resolve(
  specifier: string,
  context: object,
  next: (specifier: string, context: object) => Promise<Resolved>,
): Promise<Resolved> {
  const door = doors[specifier];
  return door === undefined ? next(specifier, context) : { url: door, format: 'module', shortCircuit: true };
}

/** TypeScript without its types. JavaScript that says `import` or `export` is a module, whatever package.json is near. */
export async function load(
  url: string,
  context: { readonly format?: string | null | undefined },
  next: (url: string, context: object) => Promise<Loaded>,
): Promise<Loaded> {
  if (/^file:.*\.m?ts$/.test(url)) {
    const { transformSync } = require('amaro') as Amaro;
    const text = await readFile(fileURLToPath(url), 'utf8');
    return { format: 'module', source: transformSync(text, { mode: 'strip-only' }).code, shortCircuit: true };
  }
  if (/^file:.*\.js$/.test(url) && typeof context.format !== 'string') {
    const text = await readFile(fileURLToPath(url), 'utf8');
    if (/^\s*(?:import|export)\b/m.test(text)) return { format: 'module', source: text, shortCircuit: true };
  }
  return next(url, context);
}

interface Amaro {
  transformSync(text: string, options: { readonly mode: 'strip-only' }): { readonly code: string };
}
