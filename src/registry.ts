// What runbooks may call: the built-in packs, and those of their authors; and the check that needs to know it.

import { readFile } from 'node:fs/promises';
import type { LoadOptions } from './load/load-runbook.ts';
import type { Checked } from './model/diagnostic.ts';
import {
  type ActionDeclaration,
  buildRegistry,
  type Catalog,
  type Pack,
  type ProbeDeclaration,
  type Registry,
  type UserPack,
} from './model/pack.ts';
import type { Runbook } from './model/runbook.ts';
import { mendgateVersion } from './version.ts';

/** How what is called is watched. */
export interface RegistryOptions {
  /**
   * Commands that are written into a call (core.command, core.script) are refused like those of an author's packs. For calls
   * that nobody lints. Default: false.
   */
  readonly watchWritten?: boolean;
}

/** The registry of the built-in packs and of these. */
export async function loadRegistry(
  packs: readonly UserPack[] = [],
  { watchWritten = false }: RegistryOptions = {},
): Promise<Registry> {
  const { builtInPacks } = await import('./packs/index.ts');
  const own = await readOnly(packs.map(({ pack }) => pack));
  if (!watchWritten) return buildRegistry([...builtInPacks, ...own]);
  const { guardPack } = await import('./load/user-packs/guard-pack.ts');
  const watched = await readOnly(builtInPacks.map((pack) => guardPack(onlyProbes(pack, true))));
  const others = builtInPacks.map((pack) => ({ ...onlyProbes(pack, false), actions: pack.actions }));
  return buildRegistry([...others, ...watched, ...own]);
}

/** Its probes that run an author's own commands, or those that don't. */
function onlyProbes({ name, probes }: Pack, declared: boolean): Pack {
  return { name, probes: probes.filter((probe) => (probe.declared === true) === declared), actions: [] };
}

/** What lint refuses in a runbook's probes, it refuses in these, once they come to it. */
async function readOnly(packs: readonly Pack[]): Promise<readonly Pack[]> {
  if (packs.length === 0) return [];
  const [{ knownMutation }, { readOnlyPack }] = await Promise.all([
    import('./lint/mutation.ts'),
    import('./load/user-packs/read-only.ts'),
  ]);
  return packs.map((pack) => readOnlyPack(pack, knownMutation));
}

/**
 * What the built-in packs declare. The build writes it down beside this file, since loading all packs to check a runbook
 * costs more than the check; where nothing is built, the packs themselves are asked.
 */
async function loadCatalog(): Promise<Catalog> {
  const written = new URL('./catalog.json', import.meta.url);
  let text: string;
  try {
    text = await readFile(written, 'utf8');
  } catch {
    return loadRegistry();
  }
  // Written by scripts/generate-catalog.mjs from the same packs.
  const { probes, actions } = JSON.parse(text) as { probes: ProbeDeclaration[]; actions: ActionDeclaration[] };
  const byName = <T extends { readonly name: string }>(list: readonly T[]) =>
    new Map(list.map((entry) => [entry.name, entry]));
  return { probes: byName(probes), actions: byName(actions) };
}

/** How a runbook's own packs are dealt with. */
export interface PackOptions {
  /** Packs that a runbook may name though they lie outside of its folder. */
  readonly packs?: readonly string[];
}

/**
 * Reads and checks a runbook: everything wrong with it, or the runbook. Touches no host. The code of packs that it names is
 * loaded: that of other packs than those in its own folder only where `packs` names them.
 */
export async function checkRunbook(
  file: string,
  { packs = [], ...others }: PackOptions & Pick<LoadOptions, 'onDocument' | 'readFile' | 'realpath'> = {},
): Promise<Checked<Runbook>> {
  const [{ loadRunbook }, catalog] = await Promise.all([import('./load/load-runbook.ts'), loadCatalog()]);
  const { onDocument, readFile, realpath } = others;
  return loadRunbook(file, catalog, {
    version: mendgateVersion(),
    trustedPacks: packs,
    ...(onDocument === undefined ? {} : { onDocument }),
    ...(readFile === undefined ? {} : { readFile }),
    ...(realpath === undefined ? {} : { realpath }),
  });
}

/** Packs that the command line names, loaded from wherever they lie: paths, or names of npm packages. */
export async function readPacks(names: readonly string[]): Promise<Checked<readonly UserPack[]>> {
  if (names.length === 0) return { value: [], diagnostics: [] };
  const [{ readNamedPacks }, catalog] = await Promise.all([import('./load/user-packs.ts'), loadCatalog()]);
  return readNamedPacks(names, catalog);
}

/** The schema of runbooks for editors, as JSON: what comes with mendgate, and these packs. */
export async function printSchema(packs: readonly UserPack[]): Promise<string> {
  const [{ buildRunbookSchema }, registry] = await Promise.all([import('./load/build-schema.ts'), loadRegistry(packs)]);
  return `${JSON.stringify(buildRunbookSchema(registry), undefined, 2)}\n`;
}
