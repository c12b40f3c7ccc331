import { dirname } from 'node:path';
import type { Diagnostic } from '../model/diagnostic.ts';
import { isObject } from '../model/json.ts';
import type { Catalog, UserPack } from '../model/pack.ts';
import type { Located } from './parse-yaml.ts';
import { listOf } from './raw.ts';
import type { Report } from './report.ts';
import { shownAs } from './user-packs/shown-as.ts';

/** What a document may call, and the packs that bring a part of it. */
export interface KnownCalls {
  readonly registry: Catalog;
  readonly packs: readonly UserPack[];
  /** A pack is broken: names that nobody knows may be its own. */
  readonly incomplete: boolean;
}

/** Where the document lies, and what else may be loaded. */
export interface PackOrigin {
  /** Of the document, as given. */
  readonly file: string;
  /** The outermost runbook's folder, with all links followed. */
  readonly within: string;
  readonly trusted: readonly string[];
  /** Packs that other documents of this runbook brought; those of this one join them. */
  readonly others: UserPack[];
}

/**
 * Loads the packs that a document names. What is wrong with one is told in its own file where that has a place for it, else at
 * its name.
 */
export async function readPacks(
  { located, report, builtIn }: { readonly located: Located; readonly report: Report; readonly builtIn: Catalog },
  origin: PackOrigin,
  diagnostics: Diagnostic[],
): Promise<KnownCalls> {
  const names = isObject(located.value) ? listOf(located.value['packs']) : [];
  if (names.length === 0) return { registry: builtIn, packs: [], incomplete: false };
  const { clashesOf, diagnosticOf, loadPack, withPack } = await import('./user-packs.ts');
  const packs: UserPack[] = [];
  let registry = builtIn;
  let incomplete = false;
  for (const [index, name] of names.entries()) {
    if (typeof name !== 'string') continue;
    const path = ['packs', index];
    const places = { folder: dirname(origin.file), within: origin.within, trusted: origin.trusted };
    const read = await loadPack(name, places);
    if (read.kind === 'pack' && packs.some(({ file }) => file === read.pack.file)) {
      report.at(path, 'pack/twice', 'this pack is named twice', { help: 'remove it' });
      continue;
    }
    // A document sees its own packs only; but one run has them all.
    const known = [...origin.others].filter(({ file }) => read.kind === 'pack' && file !== read.pack.file);
    const problems = read.kind === 'problems' ? read.problems : clashesOf(read.pack, known.reduce(withPack, registry));
    for (const problem of problems) {
      const { code, message, help, place } = problem;
      if (place === undefined) report.at(path, code, message, { help });
      else diagnostics.push(diagnosticOf({ ...problem, place: { ...place, file: shownAs(place.file) } }));
    }
    if (read.kind === 'problems' || problems.length > 0) {
      incomplete = true;
      continue;
    }
    packs.push(read.pack);
    if (!origin.others.some(({ file }) => file === read.pack.file)) origin.others.push(read.pack);
    registry = withPack(registry, read.pack);
  }
  return { registry, packs, incomplete };
}
