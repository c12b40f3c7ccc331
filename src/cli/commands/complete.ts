import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { listRuns, readInventory, safeLine, stateDirectory } from '../../index.ts';
import { type Candidate, ownCandidates, type Place, placeOf } from '../complete.ts';
import { exit } from '../exit.ts';
import type { Io } from '../io.ts';
import { findSettings } from '../settings.ts';

/** What follows in the shell's own hands: names of files. */
const files = ':files';
const mostRunbooks = 200;

/** `__complete`: prints what may stand at the end of a line, `WORD TAB MEANING` each. The shells' scripts call it. */
export async function complete(io: Io, program: Command, words: readonly string[]): Promise<number> {
  const place = placeOf(program, words);
  const known = [...ownCandidates(place), ...(await worldly(io, place))];
  const seen = new Set<string>();
  for (const { word, meaning, alsoByMeaning } of known) {
    const fits = word.startsWith(place.typed) || (alsoByMeaning && meaning?.startsWith(place.typed) === true);
    if (seen.has(word) || word === '' || !fits) continue;
    seen.add(word);
    io.stdout.write(`${place.before}${safeLine(word)}${meaning === undefined ? '' : `\t${safeLine(meaning)}`}\n`);
  }
  if (wantsFiles(place)) io.stdout.write(`${files}\n`);
  return exit.ok;
}

/** Hosts, groups, runs and runbooks: what only the world around knows. */
async function worldly(io: Io, place: Place): Promise<readonly Candidate[]> {
  const name = place.option?.attributeName() ?? place.argument?.name() ?? '';
  if (place.option === undefined && place.typed.startsWith('-')) return [];
  if (name === 'limit' || name === 'pattern') return hosts(io, place);
  if (name === 'run') return runs(io, place);
  if (name === 'runbook') return runbooks();
  if (name === 'host|runbook') return [...(await hosts(io, place)), ...runbooks()];
  return [];
}

/** Hosts and groups of the inventories on the line, or in the settings. A pattern's last part is completed: `web:!db`. */
async function hosts(io: Io, { given, typed }: Place): Promise<readonly Candidate[]> {
  // A program is not run because somebody pressed a key.
  const named = given.get('inventory') ?? (await findSettings(io)).get('inventory')?.texts ?? [];
  const sources = named.filter((source) => !isProgram(source));
  if (sources.length === 0) return [];
  const { value: inventory } = await readInventory(sources);
  const before = /^.*[:,][&!]?|^[&!]?/.exec(typed)?.[0] ?? '';
  const groups = [...(inventory?.groups.keys() ?? [])].map((word) => ({ word: before + word, meaning: 'group' }));
  const names = (inventory?.hosts ?? []).map((host) => ({ word: before + host.name, meaning: host.connect.address }));
  return [...groups, ...names];
}

function isProgram(path: string): boolean {
  try {
    const found = statSync(path);
    return found.isFile() && (found.mode & 0o111) !== 0;
  } catch {
    return false;
  }
}

async function runs(io: Io, { given }: Place): Promise<readonly Candidate[]> {
  const state = given.get('stateDir')?.at(-1) ?? (await findSettings(io)).get('state-dir')?.texts.at(-1);
  const kept = await listRuns(stateDirectory(state, io.env));
  return [
    { word: 'last', meaning: 'the last one' },
    ...kept.map(({ run, runbook }) => ({ word: run, ...(runbook === undefined ? {} : { meaning: runbook }) })),
  ];
}

/** Files here and in `runbooks/` that say which runbook they are, by their ids too. */
function runbooks(): readonly Candidate[] {
  return ['.', 'runbooks'].flatMap((folder) =>
    namesIn(folder).flatMap((name) => {
      const path = folder === '.' ? name : join(folder, name);
      const id = idIn(path);
      return id === undefined ? [] : [{ word: path, meaning: id, alsoByMeaning: true }];
    }),
  );
}

function namesIn(folder: string): readonly string[] {
  try {
    const names = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name) && !name.includes('.test.'));
    return names.toSorted().slice(0, mostRunbooks);
  } catch {
    return [];
  }
}

function idIn(path: string): string | undefined {
  try {
    return /^runbook:[ \t]*["']?([a-z][\w-]*)/m.exec(readFileSync(path, 'utf8').slice(0, 4000))?.[1];
  } catch {
    return undefined;
  }
}

/** Where the help speaks of files, folders or sources. */
function wantsFiles({ option, argument, typed }: Place): boolean {
  if (option !== undefined) return /<(?:file|folder|source|pack|label@source)>|^--secret/.test(option.flags);
  return argument !== undefined && !typed.startsWith('-') && /runbook|plan|paths/.test(argument.name());
}
