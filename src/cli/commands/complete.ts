import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import {
  findRun,
  listRuns,
  loadRegistry,
  outlineRunbook,
  readInventory,
  safeLine,
  stateDirectory,
  verdicts,
} from '../../index.ts';
import { type Candidate, ownCandidates, type Place, placeOf } from '../complete.ts';
import { exit } from '../exit.ts';
import type { Io } from '../io.ts';
import { findSettings } from '../settings.ts';

/** What follows in the shell's own hands: names of files, behind what `Place.before` says. */
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
  if (wantsFiles(place)) io.stdout.write(`${files}\t${place.before}\n`);
  return exit.ok;
}

/** What only the world around knows: hosts, groups, runs, runbooks and what is in them. */
async function worldly(io: Io, place: Place): Promise<readonly Candidate[]> {
  if (place.option === undefined && place.typed.startsWith('-')) return [];
  const command = place.command.name();
  const names = place.option?.attributeName() ?? place.argument?.name() ?? '';
  const found = names.split('|').map((name) => {
    if (name === 'limit' || name === 'pattern') return hosts(io, place);
    if (/^run[12]?$/.test(name)) return runs(io, place);
    if (name === 'runbook') return runbooks();
    if (name === 'host') return hostsOfRun(io, place);
    if (name === 'hosts' && command === 'show') return ['all', 'bad', 'none', ...verdicts].map((word) => ({ word }));
    if (name === 'kind' && command === 'new') return kindsOfNew();
    if (name === 'name' && command === 'docs') return declared();
    return ofRunbook(place, name);
  });
  return (await Promise.all(found)).flat();
}

/** Hosts of the run that stands before, else of the last one. */
async function hostsOfRun(io: Io, place: Place): Promise<readonly Candidate[]> {
  const found = await findRun(await stateOf(io, place), place.args[0] ?? place.given.get('run')?.at(-1) ?? 'last');
  const [started] = found.kind === 'run' ? found.kept.events : [];
  return started?.type === 'run.started' ? started.hosts.map((word) => ({ word })) : [];
}

async function kindsOfNew(): Promise<readonly Candidate[]> {
  const { kinds } = await import('./new.ts');
  return Object.keys(kinds).map((word) => ({ word }));
}

/** Probes and actions of the built-in packs. One's own are programs: none is run because somebody pressed a key. */
async function declared(): Promise<readonly Candidate[]> {
  const { probes, actions } = await loadRegistry([]);
  const words = [...probes.values(), ...actions.values()].map(({ name, summary }) => ({
    word: name,
    meaning: summary,
  }));
  return [{ word: 'probes', meaning: 'all of them' }, { word: 'actions', meaning: 'all of them' }, ...words];
}

/** Tags, steps and params of the runbook on the line. */
async function ofRunbook({ args, typed }: Place, name: string): Promise<readonly Candidate[]> {
  const of = { tags: 'tags', skipTags: 'tags', startAt: 'steps', startAtTask: 'steps', until: 'steps' } as const;
  const what = new Map<string, 'tags' | 'steps' | 'params' | 'secrets'>([
    ...Object.entries(of),
    ['extraVars', 'params'],
    ['secret', 'secrets'],
  ]).get(name);
  const file = args.find((arg) => /\.ya?ml$/.test(arg));
  const outline = what === undefined || file === undefined ? undefined : await outlineRunbook(file);
  if (outline === undefined || what === undefined) return [];
  if (what === 'steps') return outline.steps.map(({ id, title }) => ({ word: id, meaning: title }));
  const before = /^.*,/.exec(typed)?.[0] ?? '';
  if (what === 'tags') return outline.steps.flatMap(({ tags }) => tags.map((tag) => ({ word: before + tag })));
  const wanted = outline.params.filter(({ isSecret }) => isSecret === (what === 'secrets'));
  return wanted.map((param) => ({ word: `${param.name}=` }));
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

/** The state directory on the line, or in the settings. */
async function stateOf(io: Io, { given }: Place): Promise<string> {
  const state = given.get('stateDir')?.at(-1) ?? (await findSettings(io)).get('state-dir')?.texts.at(-1);
  return stateDirectory(state, io.env);
}

async function runs(io: Io, place: Place): Promise<readonly Candidate[]> {
  const kept = await listRuns(await stateOf(io, place));
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
