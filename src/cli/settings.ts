import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { type Command, InvalidArgumentError, type Option } from 'commander';
import { type GivenSetting, readSettings, type SettingKind, safeLine, shellWord, splitWords } from '../index.ts';
import { printDiagnostics } from './diagnostics.ts';
import { exit, UsageError } from './exit.ts';
import type { Io } from './io.ts';
import { isUrl } from './notify.ts';

/** What of a setting's text is a path: all of it, what follows its label, or the first of its words. */
type Names = 'path' | 'label@path' | 'program';

/** Options that may be set once and for all, by their long names. What one run alone should decide is none of them. */
export const settings: ReadonlyMap<string, { readonly kind: SettingKind; readonly names?: Names }> = new Map([
  ['inventory', { kind: 'many', names: 'path' }],
  ['forks', { kind: 'one' }],
  ['user', { kind: 'one' }],
  ['private-key', { kind: 'one', names: 'path' }],
  ['connection', { kind: 'one' }],
  ['timeout', { kind: 'one' }],
  ['host-key', { kind: 'one' }],
  ['known-hosts', { kind: 'many', names: 'path' }],
  ['become', { kind: 'flag' }],
  ['become-user', { kind: 'one' }],
  ['become-method', { kind: 'one' }],
  ['connection-password-file', { kind: 'one', names: 'path' }],
  ['become-password-file', { kind: 'one', names: 'path' }],
  ['vault-password-file', { kind: 'many', names: 'path' }],
  ['vault-id', { kind: 'many', names: 'label@path' }],
  ['age-identity', { kind: 'many', names: 'path' }],
  ['state-dir', { kind: 'one', names: 'path' }],
  ['output', { kind: 'one' }],
  ['diff', { kind: 'flag' }],
  ['notify', { kind: 'many', names: 'program' }],
]);

/** Commands about runs: where the line names no inventory, that of the run itself is meant. */
const ofRuns: ReadonlySet<string> = new Set(['undo', 'clean']);

/** A setting and where it comes from. */
export interface FoundSetting extends Omit<GivenSetting, 'line'> {
  readonly from: string;
}

/** Settings of the environment and of files, nearest first: `MENDGATE_…`, `./mendgate.yaml`, the user's own. */
export async function findSettings(io: Io): Promise<ReadonlyMap<string, FoundSetting>> {
  const found = new Map<string, FoundSetting>(ofEnvironment(io));
  for (const file of settingsFiles(io)) {
    const kinds = new Map([...settings].map(([name, { kind }]) => [name, kind]));
    const { value, diagnostics } = await readSettings(file, kinds);
    await printDiagnostics(io, diagnostics);
    if (value === undefined) throw new UsageError(`${file}: settings are wrong; nothing was done`, exit.invalid);
    for (const [name, { line, texts, ...rest }] of value) {
      const names = settings.get(name)?.names;
      const meant = names === undefined ? texts : texts.map((text) => fromFile(dirname(file), names, text));
      if (!found.has(name)) found.set(name, { ...rest, texts: meant, from: `${file}:${line}` });
    }
  }
  return found;
}

/** Gives a command the settings that its line does not name. Its own defaults come last. */
export async function applySettings(io: Io, command: Command): Promise<void> {
  const options = command.options.filter(({ long }) => settings.has(long?.slice(2) ?? ''));
  if (options.length === 0) return;
  const found = await findSettings(io);
  for (const option of options) {
    const setting = found.get(option.long?.slice(2) ?? '');
    const source = command.getOptionValueSource(option.attributeName());
    if (setting === undefined || (source !== undefined && source !== 'default')) continue;
    if (ofRuns.has(command.name()) && option.long === '--inventory') continue;
    command.setOptionValueWithSource(option.attributeName(), settled(option, setting), 'config');
  }
}

/** What an option makes of a setting; a value that it does not take ends the command here. */
export function settled(option: Option, { flag, texts, from }: FoundSetting): unknown {
  if (flag !== undefined) return flag;
  try {
    return texts.reduce<unknown>((before, text) => option.parseArg?.(text, before) ?? text, undefined);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new UsageError(`${option.long?.slice(2)} (${from}): ${error.message}`);
  }
}

function* ofEnvironment({ env }: Io): Generator<[string, FoundSetting]> {
  for (const [name, { kind }] of settings) {
    const variable = variableOf(name);
    const text = env[variable];
    if (text === undefined || text === '') continue;
    const flag = kind === 'flag' ? flagOf(variable, text) : undefined;
    yield [name, { texts: [text], from: variable, ...(flag === undefined ? {} : { flag }) }];
  }
}

/** `private-key` → `MENDGATE_PRIVATE_KEY`. */
export function variableOf(name: string): string {
  return `MENDGATE_${name.toUpperCase().replaceAll('-', '_')}`;
}

function flagOf(variable: string, text: string): boolean {
  if (['true', '1'].includes(text)) return true;
  if (['false', '0'].includes(text)) return false;
  throw new UsageError(`${variable}: expected true or false`);
}

function settingsFiles(io: Io): readonly string[] {
  const home = join(io.env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'mendgate/mendgate.yaml');
  const named = io.env['MENDGATE_CONFIG'];
  const here = named === undefined || named === '' ? 'mendgate.yaml' : named;
  if (here === named && !existsSync(here)) throw new UsageError(`MENDGATE_CONFIG: there is no file ${here}`);
  return [here, home].filter((file) => existsSync(file) && isTrusted(io, file));
}

/** Where everybody may write, somebody else's file would say which programs run here. */
function isTrusted(io: Io, file: string): boolean {
  if ((statSync(dirname(resolve(file))).mode & 0o002) === 0 && (statSync(file).mode & 0o002) === 0) return true;
  io.stderr.write(`note: ${safeLine(file)} is not read: everybody may write there\n`);
  return false;
}

function fromFile(folder: string, names: Names, text: string): string {
  switch (names) {
    case 'path':
      return fromFolder(folder, text);
    case 'label@path': {
      const at = text.indexOf('@') + 1;
      const source = text.slice(at);
      return source === 'prompt' ? text : text.slice(0, at) + fromFolder(folder, source);
    }
    case 'program': {
      const [program = '', ...args] = isUrl(text) ? [] : (splitWords(text) ?? []);
      // A bare name is looked for where programs are.
      if (!program.includes('/')) return text;
      return [resolve(fromFolder(folder, program)), ...args].map(shellWord).join(' ');
    }
  }
}

/** A path as the file means it: from its own folder. A list of hosts, `h1,h2`, is no path. */
function fromFolder(folder: string, text: string): string {
  if (text.startsWith('~/')) return join(homedir(), text.slice(2));
  return text.includes(',') || isAbsolute(text) ? text : join(folder, text);
}
