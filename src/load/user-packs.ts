import type { Checked, Diagnostic } from '../model/diagnostic.ts';
import type { Catalog, Pack, UserPack } from '../model/pack.ts';
import { shellWord } from '../shell/quote.ts';
import { makeDiagnostic } from './source.ts';
import { clashes, packProblems, type ShapeProblem, wholePack } from './user-packs/check-pack.ts';
import { programOf } from './user-packs/converse.ts';
import { describeProgram } from './user-packs/executable-pack.ts';
import { type FoundPack, findPack, isInside, npmPackPattern, trustedFile } from './user-packs/find-pack.ts';
import { guardPack } from './user-packs/guard-pack.ts';
import { importPack } from './user-packs/import-pack.ts';
import { inItsName } from './user-packs/pack-at-work.ts';
import { filesOfModule, hashFiles, hashProgram, type PackFile } from './user-packs/pack-files.ts';
import { type PackProblem, placeOfText, shortName } from './user-packs/pack-problem.ts';
import { shownAs } from './user-packs/shown-as.ts';

export type { PackProblem } from './user-packs/pack-problem.ts';

/** A pack as it came out, or everything that is wrong with it. */
export type LoadedPack =
  | { readonly kind: 'pack'; readonly pack: UserPack }
  | { readonly kind: 'problems'; readonly problems: readonly PackProblem[] };

/** Where packs may come from. */
export interface PackPlaces {
  /** What a relative path is relative to. */
  readonly folder: string;
  /** Absolute, with links followed: packs in here are loaded. Absent: packs from anywhere. */
  readonly within?: string;
  /** Packs elsewhere that are loaded all the same: paths, or names of npm packages. */
  readonly trusted: readonly string[];
}

/** Read once in a process, as long as its files stay the same. */
const loaded = new Map<string, Promise<ReadPack>>();

/** Loads a pack by its name in `packs:`. Its code runs: nothing is loaded from places that nobody named. */
export async function loadPack(name: string, places: PackPlaces): Promise<LoadedPack> {
  const found = findPack(name, places.folder);
  if (found.kind === 'problem') return { kind: 'problems', problems: [found.problem] };
  const { pack } = found;
  const trusted = places.trusted.map(trustedFile);
  if (
    places.within !== undefined &&
    !isInside(places.within, pack.file) &&
    !trusted.includes(pack.file) &&
    !trusted.includes(name)
  ) {
    const message = "this pack lies outside of the runbook's folder: its code is not loaded";
    // The command line's paths begin where one stands; those of a runbook, where it lies.
    const typed = npmPackPattern.test(name) ? name : shownAs(pack.file).replace(/^(?!\/)/, './');
    const help = `if you trust it, name it on the command line: --pack ${shellWord(typed)}`;
    return { kind: 'problems', problems: [{ code: 'pack/outside', message, help }] };
  }
  const files = pack.kind === 'module' ? filesOfModule(pack.file) : [];
  const sha256 = pack.kind === 'module' ? hashFiles(files) : hashProgram(pack.file);
  const key = `${pack.file} ${sha256}`;
  const known = loaded.get(key) ?? readPack(pack, files);
  loaded.set(key, known);
  const read = await known;
  if (read.kind === 'problems') return read;
  return { kind: 'pack', pack: { name, file: pack.file, sha256, pack: read.pack } };
}

type ReadPack = { readonly kind: 'pack'; readonly pack: Pack } | (LoadedPack & { readonly kind: 'problems' });

async function readPack({ kind, file }: FoundPack, files: readonly PackFile[]): Promise<ReadPack> {
  if (kind === 'executable') {
    const described = await describeProgram(programOf(file));
    if (described.kind === 'problems') return broken(described.problems, []);
    return { kind: 'pack', pack: guardPack(described.pack) };
  }
  const imported = await importPack(files);
  if (imported.kind === 'problems') return imported;
  const problems = packProblems(imported.value);
  if (problems.length > 0) return broken(problems, files);
  return { kind: 'pack', pack: guardPack(ofModule(file, wholePack(imported.value))) };
}

/** Its functions run under the pack's name. */
function ofModule(file: string, { name, probes, actions }: Pack): Pack {
  const by = shortName(file);
  return {
    name,
    probes: probes.map((probe) => inItsName(by, probe)),
    actions: actions.map((action) => ({
      ...inItsName(by, action),
      rollback: inItsName(by, action.rollback),
      shared: action.shared && inItsName(by, action.shared),
    })),
  };
}

function broken(
  problems: readonly ShapeProblem[],
  files: readonly PackFile[],
): ReadPack & { readonly kind: 'problems' } {
  return { kind: 'problems', problems: problems.map((problem) => packProblem('pack/shape', problem, files)) };
}

/** At the name of the probe or action that it is about, where some file of the pack has it in quotes. */
function packProblem(code: string, { message, help, callable }: ShapeProblem, files: readonly PackFile[]): PackProblem {
  const places = callable === undefined ? [] : files.map(({ file, text }) => placeOfText(file, text, callable));
  const place = places.find((found) => found !== undefined);
  return { code, message, ...(help === undefined ? {} : { help }), ...(place === undefined ? {} : { place }) };
}

/** What a pack has that something else has already. */
export function clashesOf({ pack, file }: UserPack, known: Catalog): readonly PackProblem[] {
  const files = /\.m?[jt]s$/.test(file) ? filesOfModule(file) : [];
  return clashes(pack, known).map((problem) => packProblem('pack/name-taken', problem, files));
}

/** A catalog with one more pack. */
export function withPack(known: Catalog, { pack }: UserPack): Catalog {
  const probes = new Map(known.probes);
  const actions = new Map(known.actions);
  for (const probe of pack.probes) probes.set(probe.name, probe);
  for (const action of pack.actions) actions.set(action.name, action);
  return { probes, actions };
}

/** A problem whose place is in a file of the pack, as a diagnostic there. */
export function diagnosticOf({ code, message, help, place }: PackProblem & { readonly place: object }): Diagnostic {
  const { file, text, start, end } = place;
  return makeDiagnostic({ file, text }, code, start, end, message, help);
}

/** Packs that the command line names. */
export async function readNamedPacks(
  names: readonly string[],
  builtIn: Catalog,
): Promise<Checked<readonly UserPack[]>> {
  const diagnostics: Diagnostic[] = [];
  const packs = new Map<string, UserPack>();
  let known = builtIn;
  for (const name of names) {
    const path = /^[./]/.test(name) || name.startsWith('mendgate-pack-') || name.startsWith('@') ? name : `./${name}`;
    const read = await loadPack(path, { folder: process.cwd(), trusted: [] });
    const problems =
      read.kind === 'problems' ? read.problems : packs.has(read.pack.file) ? [] : clashesOf(read.pack, known);
    diagnostics.push(...problems.map((problem) => namedDiagnostic(name, problem)));
    if (read.kind === 'problems' || problems.length > 0) continue;
    packs.set(read.pack.file, read.pack);
    known = withPack(known, read.pack);
  }
  return diagnostics.length > 0 ? { diagnostics } : { value: [...packs.values()], diagnostics };
}

function namedDiagnostic(name: string, problem: PackProblem): Diagnostic {
  const { code, message, help, place } = problem;
  if (place !== undefined) return diagnosticOf({ ...problem, place });
  return makeDiagnostic({ file: name, text: '' }, code, 0, 0, message.replace(' beside this runbook', ''), help);
}
