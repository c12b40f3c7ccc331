import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { type Command, InvalidArgumentError, type Option } from 'commander';
import { type GivenSetting, readSettings, type SettingKind, safeLine } from '../index.ts';
import { printDiagnostics } from './diagnostics.ts';
import { exit, UsageError } from './exit.ts';
import type { Io } from './io.ts';

/** Options that may be set once and for all, by their long names. What one run alone should decide is none of them. */
export const settings: ReadonlyMap<string, { readonly kind: SettingKind; readonly path?: true }> = new Map([
  ['inventory', { kind: 'many', path: true }],
  ['forks', { kind: 'one' }],
  ['user', { kind: 'one' }],
  ['private-key', { kind: 'one', path: true }],
  ['connection', { kind: 'one' }],
  ['timeout', { kind: 'one' }],
  ['host-key', { kind: 'one' }],
  ['known-hosts', { kind: 'many', path: true }],
  ['become', { kind: 'flag' }],
  ['become-user', { kind: 'one' }],
  ['become-method', { kind: 'one' }],
  ['connection-password-file', { kind: 'one', path: true }],
  ['become-password-file', { kind: 'one', path: true }],
  ['vault-password-file', { kind: 'many', path: true }],
  ['vault-id', { kind: 'many' }],
  ['age-identity', { kind: 'many', path: true }],
  ['state-dir', { kind: 'one', path: true }],
  ['output', { kind: 'one' }],
  ['diff', { kind: 'flag' }],
  ['notify', { kind: 'many' }],
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
      const paths = settings.get(name)?.path === true ? texts.map((text) => fromFolder(dirname(file), text)) : texts;
      if (!found.has(name)) found.set(name, { ...rest, texts: paths, from: `${file}:${line}` });
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

function settled(option: Option, { flag, texts, from }: FoundSetting): unknown {
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

/** A path as the file means it: from its own folder. A list of hosts, `h1,h2`, is no path. */
function fromFolder(folder: string, text: string): string {
  if (text.startsWith('~/')) return join(homedir(), text.slice(2));
  return text.includes(',') || isAbsolute(text) ? text : join(folder, text);
}
