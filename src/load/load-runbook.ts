import { createHash } from 'node:crypto';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import type { Checked, Diagnostic } from '../model/diagnostic.ts';
import type { AuthoredDocument } from '../model/document.ts';
import { isObject } from '../model/json.ts';
import type { Catalog, UserPack } from '../model/pack.ts';
import type { Runbook } from '../model/runbook.ts';
import { checkRequires } from './check-requires.ts';
import { checkShape } from './check-shape.ts';
import { iniInventory, otherKind } from './other-kinds.ts';
import { type Located, parseYaml } from './parse-yaml.ts';
import { type KnownCalls, readPacks } from './read-packs.ts';
import { readRunbook } from './read-runbook.ts';
import { type Files, fileSystem, readSource } from './read-source.ts';
import type { LoadUsed, Used } from './read-use.ts';
import { createReport, type Report } from './report.ts';
import { reportValueTraps } from './value-traps.ts';

/** How runbooks are read. */
export interface LoadOptions extends Partial<Files> {
  /** The running version, for `requires`. Absent: `requires` is not checked. */
  readonly version?: string;
  /** Packs that may be loaded though they lie outside of the runbook's folder: paths, or names of npm packages. */
  readonly trustedPacks?: readonly string[];
  /** Gets each document that is YAML, used ones too, with what its calls were checked against; for lint. */
  readonly onDocument?: (document: AuthoredDocument, catalog: Catalog) => void;
}

/** Most runbooks that may use one another in a row. */
const maxUseDepth = 8;

/**
 * A runbook from its file: read → parse → shape → meaning. All that is wrong comes at once, also in runbooks it uses;
 * `value` is absent when an error is among it.
 */
export async function loadRunbook(
  file: string,
  registry: Catalog,
  options: LoadOptions = {},
): Promise<Checked<Runbook>> {
  const files: Files = {
    readFile: options.readFile ?? fileSystem.readFile,
    realpath: options.realpath ?? fileSystem.realpath,
  };
  const loading: Loading = {
    registry,
    files,
    version: options.version,
    trustedPacks: options.trustedPacks ?? [],
    packs: [],
    onDocument: options.onDocument,
    diagnostics: [],
    used: new Map(),
  };
  const runbook = await loadOne(loading, file, []);
  const failed = loading.diagnostics.some(({ severity }) => severity === 'error');
  return { ...(failed || runbook === undefined ? {} : { value: runbook }), diagnostics: loading.diagnostics };
}

interface Loading {
  readonly registry: Catalog;
  readonly files: Files;
  readonly version: string | undefined;
  readonly trustedPacks: readonly string[];
  /** All that were loaded so far, of all documents. */
  readonly packs: UserPack[];
  readonly onDocument: LoadOptions['onDocument'];
  readonly diagnostics: Diagnostic[];
  /** Used runbooks by real path: each is loaded once. */
  readonly used: Map<string, Promise<Runbook | undefined>>;
}

/** `undefined`: it could not be read, or holds an error. `chain`: real paths of the runbooks that use it, outermost first, and its own; empty for the outermost itself. */
async function loadOne(loading: Loading, file: string, chain: readonly string[]): Promise<Runbook | undefined> {
  const read = await readSource(file, loading.files);
  loading.diagnostics.push(...read.diagnostics);
  if (read.value === undefined) return undefined;
  const { source, bytes } = read.value;
  const parsed = parseYaml(source);
  const located = parsed.value;
  const ini = isObject(located?.value) ? undefined : iniInventory(source);
  loading.diagnostics.push(...(ini === undefined ? parsed.diagnostics : [ini]));
  if (located === undefined || ini !== undefined) return undefined;
  const report = createReport(located);
  const other = otherKind(located.value, file);
  if (other !== undefined) {
    report.at(other.path, other.code, other.message, { help: other.help, part: 'key' });
    loading.diagnostics.push(...report.diagnostics);
    return undefined;
  }
  const { registry, packs, incomplete } = await knownCalls(loading, file, chain, located, report);
  const context = { located, report, registry, incomplete, loadUsed: useLoader(loading, file, chain) };
  reportValueTraps(located, report);
  checkShape(located, registry, report);
  if (loading.version !== undefined) checkRequires(context, loading.version);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const runbook = await readRunbook(context, { file, sha256, ...(packs.length === 0 ? {} : { packs }) });
  loading.onDocument?.(located, context.registry);
  loading.diagnostics.push(...report.diagnostics.toSorted((a, b) => a.at.line - b.at.line || a.at.col - b.at.col));
  return report.diagnostics.some(({ severity }) => severity === 'error') ? undefined : runbook;
}

async function knownCalls(
  loading: Loading,
  file: string,
  chain: readonly string[],
  located: Located,
  report: Report,
): Promise<KnownCalls> {
  const { registry: builtIn, packs: others, trustedPacks: trusted, diagnostics } = loading;
  const outermost = chain[0] ?? (await loading.files.realpath(file));
  return readPacks({ located, report, builtIn }, { file, within: dirname(outermost), trusted, others }, diagnostics);
}

/** A used runbook must lie, with all links followed, in the folder of the outermost one. */
function useLoader(loading: Loading, file: string, chain: readonly string[]): LoadUsed {
  return async (path): Promise<Used> => {
    const refuse = (code: string, message: string, help?: string): Used => ({
      kind: 'refused',
      code,
      message,
      ...(help === undefined ? {} : { help }),
    });
    const users = chain.length > 0 ? chain : [await loading.files.realpath(file)];
    const asWritten = resolve(dirname(file), path);
    if (isAbsolute(path) || path.includes('\0'))
      return refuse('runbook/use-outside', 'the path must be relative to this runbook');
    let real: string;
    try {
      real = await loading.files.realpath(asWritten);
    } catch {
      return refuse('runbook/use-missing', `there is no file ${JSON.stringify(path)} beside this runbook`);
    }
    const fromRoot = relative(dirname(users[0] ?? file), real);
    if (fromRoot.startsWith('..') || isAbsolute(fromRoot)) {
      return refuse(
        'runbook/use-outside',
        'the used runbook lies outside of the folder of the runbook that was started',
        'move or copy it there',
      );
    }
    if (users.includes(real)) return refuse('runbook/use-cycle', 'these runbooks use each other in a circle');
    if (users.length > maxUseDepth)
      return refuse('runbook/use-depth', `runbooks use each other more than ${maxUseDepth} deep`);
    const known = loading.used.get(real) ?? loadOne(loading, relativeTo(file, path), [...users, real]);
    loading.used.set(real, known);
    const runbook = await known;
    return runbook === undefined ? { kind: 'broken' } : { kind: 'loaded', runbook };
  };
}

/** Shown as the author would write it: relative when the using runbook was given so. */
function relativeTo(file: string, path: string): string {
  const full = resolve(dirname(file), path);
  return isAbsolute(file) ? full : relative(process.cwd(), full);
}
